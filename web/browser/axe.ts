import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type axe from 'axe-core'
import type { Page } from 'playwright-core'

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')
const GRAVE: readonly unknown[] = ['serious', 'critical']

/** What axe has serious objections to on a page; colours alone are enough for another theme. */
export async function objections(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(SOURCE)
  const { violations } = await page.evaluate((only) => {
    const { axe: run } = window as unknown as { axe: typeof axe }
    const runOnly = only && { type: 'rule' as const, values: [...only] }
    return run.run({ resultTypes: ['violations'], preload: false, ...(runOnly && { runOnly }) })
  }, rules)
  return violations
    .filter(({ impact }) => GRAVE.includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
}
