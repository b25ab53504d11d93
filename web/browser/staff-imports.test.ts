import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { objections } from './axe'
import type { Bank } from './bank'
import { PHONE, type Window } from './browser'
import { openStaffedShop } from './staffed-shop'

let bank: Bank
let browser: Browser
let window: Window

beforeAll(async () => {
  ;({ bank, browser, window } = await openStaffedShop())
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
})

const HEAD = 'handle,sku,title,status,price.EUR'
const MANY = 1_500

function fileOf(lines: readonly string[], name = 'products.csv') {
  const buffer = Buffer.from([HEAD, ...lines].map((line) => `${line}\n`).join(''))
  return { name, mimeType: 'text/csv', buffer }
}

/** Drops a file as somebody would who drags it from their desktop. */
async function drop({ page }: Window, file: ReturnType<typeof fileOf>): Promise<void> {
  const data = await page.evaluateHandle(
    ({ name, text }) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([text], name))
      return transfer
    },
    { name: file.name, text: file.buffer.toString() },
  )
  const zone = page.getByRole('region', { name: 'Import', exact: true })
  await zone.dispatchEvent('dragover', { dataTransfer: data })
  await zone.dispatchEvent('drop', { dataTransfer: data })
}

it('a file is tried out, and then imported', async () => {
  const { page, shoot, complaints } = window
  await page.getByRole('link', { name: 'Products' }).click()
  await page.getByRole('link', { name: 'Import and export' }).click()
  await page.getByText('Nothing was imported yet').waitFor()
  await shoot('staff-shop-imports-empty')
  await drop(window, fileOf([], 'products.xlsx'))
  await page.getByText('This is neither CSV nor JSON lines.').waitFor()
  const lines = Array.from(
    { length: MANY },
    (_, index) => `cup-${index},CUP-${index},Cup ${index},active,${1000 + index}`,
  )
  await drop(window, fileOf([...lines, 'paper-lantern,LANTERN,Lantern of paper,active,1390']))
  await page.getByText('products.csv').waitFor()
  await shoot('staff-shop-imports-chosen')
  expect(await objections(page)).toEqual([])
  await page.getByRole('button', { name: 'Try it out' }).click()
  await page.getByRole('progressbar', { name: 'Lines worked off' }).waitFor()
  await shoot('staff-shop-import-running')
  await page.getByText('It was a trial').waitFor()
  await page.getByText('1,501 of 1,501 lines').waitFor()
  await shoot('staff-shop-import-tried')

  await page.getByRole('button', { name: 'Import it now' }).click()
  await page.getByRole('heading', { name: /^Import of/ }).waitFor()
  await page.getByRole('link', { name: 'To the products' }).waitFor()
  await page.getByText('1,501 of 1,501 lines').waitFor()
  await page.getByText('Nothing was wrong.').waitFor()
  await page.setViewportSize(PHONE)
  await shoot('staff-shop-import-done-phone')
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto('/shop/products/paper-lantern')
  await page.getByRole('heading', { name: 'Lantern of paper' }).waitFor()
  expect(complaints).toEqual([])
})

it('what is wrong stands there by its line, and can be taken along', async () => {
  const { page, shoot, complaints } = window
  await page.goto('/staff/shop/imports')
  await page
    .getByLabel('Choose a file')
    .setInputFiles(
      fileOf([
        'tea-pot,POT,Tea pot,active,3900',
        'sugar-bowl,BOWL,Sugar bowl,active,cheap',
        'milk-jug,JUG,Milk jug,sleeping,1900',
        'too,few',
      ]),
    )
  await page.getByRole('button', { name: 'Import it', exact: true }).click()
  await page.getByText('4 of 4 lines').waitFor()
  await page.getByRole('heading', { name: 'What was wrong (3)' }).waitFor()
  await page.getByRole('row', { name: /Line 3.*price\.EUR/ }).waitFor()
  await shoot('staff-shop-import-errors')
  expect(await objections(page)).toEqual([])
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download as CSV' }).click()
  const saved = readFileSync(await (await saving).path(), 'utf8')
  expect(saved.split('\r\n')).toHaveLength(5)
  expect(saved).toContain('\r\n3,price.EUR,')

  await page.getByRole('link', { name: 'Import and export' }).first().click()
  await page.getByRole('row', { name: /Done.*3 refused/ }).waitFor()
  await shoot('staff-shop-imports')
  const exported = page.waitForEvent('download')
  await page.getByRole('link', { name: 'For spreadsheets (CSV)' }).click()
  expect(readFileSync(await (await exported).path(), 'utf8')).toContain('POT')
  expect(complaints).toEqual([])
})

it('a file that is none is refused as a whole', async () => {
  const { page, shoot, complaints } = window
  await page.goto('/staff/shop/imports')
  const buffer = Buffer.from('name;price\nsomething;12\n')
  const file = { name: 'other.csv', mimeType: 'text/csv', buffer }
  await page.getByLabel('Choose a file').setInputFiles(file)
  await page.getByRole('button', { name: 'Try it out' }).click()
  await page.getByText('The file can’t be read').waitFor()
  await shoot('staff-shop-import-failed')
  expect(complaints).toEqual([])
})
