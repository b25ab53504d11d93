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

it('an order by phone is written down with a price of its own, and has its invoice', async () => {
  const { page, shoot, complaints } = window
  await page.goto('/staff/shop/orders')
  await page.getByRole('link', { name: 'New order' }).click()
  await page.getByRole('button', { name: 'Write the order down' }).click()
  await page.getByText('Add at least one thing that was bought.').waitFor()

  const find = page.getByLabel('Find by name or article number (SKU)')
  await find.fill('APRON-RED-L')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByRole('button', { name: 'Add Linen apron, Red / L' }).click()
  await page.getByRole('button', { name: 'More of Linen apron, Red / L' }).click()
  await find.fill('notebook')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByRole('button', { name: 'Add Field notebook' }).click()
  const price = page.getByLabel('Price of each piece: Linen apron, Red / L')
  await price.fill('forty')
  await page.getByRole('button', { name: 'Write the order down' }).click()
  await page.getByText('Enter what a piece of Linen apron, Red / L cost').waitFor()
  await price.fill('40')
  await page.getByText('88.50').waitFor()
  await page.getByLabel('Name (optional)').fill('Gerda Gast')
  await page.getByLabel('E-mail address').fill('gerda@example.org')
  await page.getByLabel('Order number elsewhere').fill('PHONE-17')
  await page.getByLabel('What the payment is known by').fill('receipt 4711')
  await page.getByLabel('When it was placed').fill('2026-10-01T09:30')
  await page.getByLabel('Everything was handed over at once').check()
  await shoot('staff-shop-new-order')
  expect(await objections(page)).toEqual([])
  await page.setViewportSize(PHONE)
  await shoot('staff-shop-new-order-phone')
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.getByRole('button', { name: 'Write the order down' }).click()

  await page.getByRole('heading', { name: /^Order \d+/ }).waitFor()
  await page.getByText('PHONE-17').waitFor()
  await page.getByText('receipt 4711').waitFor()
  await page.getByText('Sent', { exact: true }).first().waitFor()
  const file = page.waitForEvent('download')
  await page.getByRole('button', { name: /^Download Invoice/ }).click()
  expect((await file).suggestedFilename()).toMatch(/^INV-.*\.pdf$/)
  await shoot('staff-shop-order-by-phone')
  expect(complaints).toEqual([])
})

it('what isn’t there is refused, and the same number is the same order', async () => {
  const { page, complaints } = window
  const orders = async () =>
    ((await bank.operator('GET', '/v1/shop/overview/orders')) as { data: unknown[] }).data.length
  await page.goto('/staff/shop/orders/new')
  await page.getByLabel('Find by name or article number (SKU)').fill('LAMP')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByRole('button', { name: 'Add Reading lamp' }).click()
  await page.getByRole('button', { name: 'Write the order down' }).click()
  await page.getByRole('alert').waitFor()
  await page.getByRole('button', { name: 'Remove Reading lamp' }).click()
  await page.getByLabel('Find by name or article number (SKU)').fill('CAN')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByRole('button', { name: 'Add Watering can, 5 l' }).click()
  await page.getByLabel('Order number elsewhere').fill('PHONE-17')
  const before = await orders()
  await page.getByRole('button', { name: 'Write the order down' }).click()
  await page.getByRole('heading', { name: /^Order \d+/ }).waitFor()
  await page.getByText('Linen apron').first().waitFor()
  expect(await orders()).toBe(before)
  expect(complaints).toEqual([])
})
