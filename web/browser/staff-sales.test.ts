import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { objections } from './axe'
import type { Bank } from './bank'
import { PHONE, type Window } from './browser'
import { deliver } from './shop'
import { openStaffedShop } from './staffed-shop'

let bank: Bank
let browser: Browser
let window: Window

const DAY_MS = 86_400_000

beforeAll(async () => {
  ;({ bank, browser, window } = await openStaffedShop())
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
})

/** An order that was made so many days ago. */
async function sold(days: number, sku: string, quantity: number): Promise<string> {
  const placed_at = new Date(Date.now() - days * DAY_MS - 60_000).toISOString()
  const order = { currency: 'EUR', placed_at, lines: [{ sku, quantity }] }
  return ((await bank.operator('POST', '/v1/shop/orders', order)) as { id: string }).id
}

it('before anything is sold the page says so', async () => {
  const { page, shoot, complaints } = window
  await page.getByRole('link', { name: 'Sales' }).click()
  await page.getByText('Nothing was sold in this time').waitFor()
  await page.getByRole('link', { name: /1 sold out/ }).waitFor()
  await shoot('staff-shop-sales-empty')
  expect(complaints).toEqual([])
})

it('sums, bars, a table and the best products follow the time that is chosen', async () => {
  const { page, shoot, complaints } = window
  await sold(0, 'NOTES', 4)
  await sold(3, 'LANTERN', 2)
  await deliver(bank, await sold(12, 'CAN', 1))
  await deliver(bank, await sold(70, 'BOARD', 1))
  await page.goto('/staff/shop/sales')
  await page.getByRole('heading', { name: 'Sold in EUR' }).waitFor()
  const net = page.getByText('94.30').first()
  await net.waitFor()
  await page.getByRole('link', { name: /2 to send.*Paid orders/ }).waitFor()
  await page.getByRole('row', { name: /Watering can.*34\.50/ }).waitFor()
  const bars = page.getByRole('slider', { name: 'Part of the time' })
  expect(await bars.getAttribute('aria-valuetext')).toMatch(/34\.00 EUR, 1 order$/)
  await bars.press('ArrowLeft')
  expect(await bars.getAttribute('aria-valuetext')).toMatch(/0\.00 EUR, 0 orders$/)
  await page.getByText('Show as a table').click()
  await page.getByRole('row', { name: /1 2 0\.00 EUR 25\.80 EUR/ }).waitFor()
  expect(await objections(page)).toEqual([])
  await page.getByText('Show as a table').click()
  await shoot('staff-shop-sales')
  await page.setViewportSize(PHONE)
  await shoot('staff-shop-sales-phone')
  await page.emulateMedia({ colorScheme: 'dark' })
  await shoot('staff-shop-sales-phone-dark')
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1280, height: 900 })

  await page.getByLabel('Time', { exact: true }).selectOption('The last 90 days')
  await page.getByText('Week by week').waitFor()
  await page.getByText('153.30').first().waitFor()
  await shoot('staff-shop-sales-quarter')
  await page.getByLabel('Time', { exact: true }).selectOption('From and to a day')
  const day = (ago: number) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10)
  await page.getByLabel('From').fill(day(60))
  await page.getByLabel('To, with this day').fill(day(80))
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await page.getByText('The first day comes before the last one.').waitFor()
  await page.getByLabel('From').fill(day(80))
  await page.getByLabel('To, with this day').fill(day(60))
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await page.getByText('59.00').first().waitFor()
  await page.getByText('Day by day').waitFor()
  await page.reload()
  await page.getByText('59.00').first().waitFor()
  expect(await page.getByLabel('From').inputValue()).toBe(day(80))
  expect(complaints).toEqual([])
})

it('money that went back pulls a bar below zero', async () => {
  const { page, shoot, complaints } = window
  const { data } = (await bank.operator('GET', '/v1/shop/overview/orders')) as {
    data: { id: string; total: string }[]
  }
  const board = data.find(({ total }) => total === '5900')?.id
  const { lines } = (await bank.operator('GET', `/v1/shop/orders/${board}`)) as {
    lines: { id: string }[]
  }
  const back = { lines: [{ line: lines[0]?.id, amount: '5900' }], shipping: '0' }
  await bank.operator('POST', `/v1/shop/orders/${board}/refunds`, back)
  await page.goto('/staff/shop/sales?period=7')
  await page.getByText('0.80').first().waitFor()
  await shoot('staff-shop-sales-below')
  await page.getByRole('link', { name: /Paid orders/ }).click()
  await page.getByRole('heading', { name: 'Orders' }).waitFor()
  expect(await page.getByLabel('State').inputValue()).toBe('paid')
  expect(complaints).toEqual([])
})
