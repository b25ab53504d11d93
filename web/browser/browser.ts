import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { type Bank, codeOf, type Somebody } from './bank'

/** The first that is there, in the order of `scripts/setup.sh`. */
const CHROMIUM = [
  process.env.BUSHEL_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path && existsSync(path))
const SCREENSHOTS = process.env.BUSHEL_SCREENSHOTS ?? join(import.meta.dirname, 'screenshots')

export const WIDE = { width: 1280, height: 900 }
export const PHONE = { width: 390, height: 844 }

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** A browser of somebody: nothing of others' cookies is in it. */
export type Window = {
  readonly page: Page
  readonly context: BrowserContext
  /** What the page complained of; a test ends with `expect(window.complaints).toEqual([])`. */
  readonly complaints: string[]
  /** Keeps a picture of the page, to be looked at. */
  readonly shoot: (name: string) => Promise<void>
}

type Looks = { viewport?: { width: number; height: number }; dark?: boolean; language?: string }

export async function openWindow(browser: Browser, bank: Bank, looks: Looks = {}): Promise<Window> {
  const context = await browser.newContext({
    baseURL: bank.url,
    viewport: looks.viewport ?? WIDE,
    colorScheme: looks.dark ? 'dark' : 'light',
    locale: looks.language ?? 'en-GB',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`${error}`))
  page.on('console', (message) => {
    // A refusal by the API is shown by the page; the browser logs it, too.
    const isRefusal = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isRefusal) complaints.push(message.text())
  })
  return {
    page,
    context,
    complaints,
    shoot: async (name) => {
      mkdirSync(SCREENSHOTS, { recursive: true })
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true })
    },
  }
}

/** Signs in by the pages, with the code of the mail. */
export async function signIn(window: Window, bank: Bank, person: Somebody): Promise<void> {
  await window.page.goto('/sign-in')
  await signInHere(window, bank, person)
  await window.page.getByRole('navigation', { name: 'Main' }).filter({ visible: true }).waitFor()
}

/** The same on a page that has led to the sign-in, and goes on afterwards. */
export async function signInHere({ page }: Window, bank: Bank, person: Somebody): Promise<void> {
  await page.getByLabel('E-mail address or handle').fill(person.handle)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  const code = codeOf(await bank.mail(person.email, 'challenge.sign_in'))
  await page.getByLabel('Code from the mail').fill(code)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Becomes somebody of the demo world. */
export async function be({ page }: Window, name: string): Promise<void> {
  await page.goto('/')
  await page.getByRole('button', { name: new RegExp(name) }).click()
  // In the language of whoever one is now.
  await page.getByRole('navigation').filter({ visible: true }).first().waitFor()
}

/** The first account of somebody who is on the overview and has none yet. */
export async function openAccount({ page }: Window, asset: string): Promise<void> {
  const form = page.getByRole('form', { name: 'Open an account' })
  await form.getByLabel('Asset').selectOption(asset)
  await form.getByRole('button').click()
  await page.getByText(`Your ${asset} account is open.`).waitFor()
}
