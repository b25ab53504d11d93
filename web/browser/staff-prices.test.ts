import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { objections } from './axe'
import type { Bank, Somebody } from './bank'
import { openWindow, PHONE, signIn, type Window } from './browser'
import { openStaffedShop } from './staffed-shop'

let bank: Bank
let browser: Browser
let window: Window
let ben: Somebody

beforeAll(async () => {
  ;({ bank, browser, window } = await openStaffedShop())
  ben = await bank.register('ben')
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
})

it('a list for a group lowers a price for those who are in it', async () => {
  const { page, shoot, complaints } = window
  const dialog = page.getByRole('dialog')
  await page.goto('/staff/shop/promotions')
  await page.getByRole('link', { name: 'Price lists' }).click()
  await page.getByText('There are no price lists yet').waitFor()
  await page.getByRole('button', { name: 'New price list' }).click()
  await dialog.getByLabel('Name', { exact: true }).fill('Wholesale')
  await dialog.getByLabel('For a customer group').fill('wholesale')
  await dialog.getByLabel('Ends').fill('2001-01-01T00:00')
  await dialog.getByLabel('Begins').fill('2002-01-01T00:00')
  await dialog.getByRole('button', { name: 'Make the price list' }).click()
  await dialog.getByText('It would end before it begins.').waitFor()
  await dialog.getByLabel('Ends').fill('')
  await dialog.getByRole('button', { name: 'Make the price list' }).click()

  await page.getByText('Nothing is in this list yet').waitFor()
  await page.getByLabel('Find by name or article number (SKU)').fill('LANTERN')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByRole('button', { name: 'Set the price of Paper lantern' }).click()
  await dialog.getByLabel('Price of each piece (EUR)').fill('11')
  await dialog.getByRole('button', { name: 'Another quantity' }).click()
  await dialog.getByLabel('From so many pieces').nth(1).fill('5')
  await dialog.getByLabel('Price of each piece (EUR)').nth(1).fill('9.50')
  await shoot('staff-shop-price-dialog')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('row', { name: /LANTERN.*11\.00.*9\.50.*from 5/ }).waitFor()
  await shoot('staff-shop-price-list')
  expect(await objections(page)).toEqual([])

  await page.getByRole('link', { name: 'wholesale' }).click()
  await page.getByText('Nobody is in this group yet').waitFor()
  await page.getByLabel('Name, handle, e-mail or id').fill('ben')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByRole('button', { name: 'Put Ben in' }).click()
  await dialog.getByRole('button', { name: 'Put in' }).click()
  await page.getByRole('button', { name: 'Take Ben out' }).waitFor()
  await shoot('staff-shop-customer-group')
  expect(await objections(page)).toEqual([])

  const buyer = await openWindow(browser, bank, { viewport: PHONE })
  await buyer.page.goto('/shop/products/paper-lantern')
  await buyer.page.getByText('12.90').first().waitFor()
  await signIn(buyer, bank, ben)
  await buyer.page.goto('/shop/products/paper-lantern')
  await buyer.page.getByText('11.00').first().waitFor()
  expect(buyer.complaints).toEqual([])
  await buyer.context.close()

  await page.getByRole('button', { name: 'Take Ben out' }).click()
  await dialog.getByRole('button', { name: 'Take out' }).click()
  await page.getByText('Nobody is in this group yet').waitFor()
  await page.getByRole('link', { name: 'Price lists' }).click()
  await page.getByRole('link', { name: 'Wholesale' }).click()
  await page.getByRole('button', { name: 'Edit' }).click()
  await dialog.getByLabel('It holds').uncheck()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Stopped').waitFor()
  await page.getByRole('button', { name: 'Take LANTERN out of the list' }).click()
  await dialog.getByRole('button', { name: 'Take out' }).click()
  await page.getByText('Nothing is in this list yet').waitFor()
  expect(complaints).toEqual([])
})

it('a list for everybody shows the lowest price of 30 days beside its own', async () => {
  const { page, shoot, complaints } = window
  const { id } = (await bank.operator('POST', '/v1/shop/price-lists', {
    title: 'Black Friday',
    currency: 'EUR',
  })) as { id: string }
  const prices = [{ sku: 'BOARD', tiers: [{ min_quantity: 1, amount: '4900' }] }]
  await bank.operator('PUT', `/v1/shop/price-lists/${id}/prices`, { prices })
  await page.goto('/staff/shop/products')
  await page.getByRole('link', { name: 'Walnut chopping board' }).click()
  await page.getByRole('row', { name: /BOARD.*59\.00.*Buyers pay 49\.00/ }).waitFor()
  await page.getByText('Lowest price of the last 30 days: 59.00 EUR').waitFor()
  await shoot('staff-shop-product-reduced')
  expect(complaints).toEqual([])
})

it('a field of the shop’s own is made, filled in, and stands in the way of its end', async () => {
  const { page, shoot, complaints } = window
  const dialog = page.getByRole('dialog')
  await page.goto('/staff/shop/products')
  await page.getByRole('link', { name: 'Fields' }).click()
  await page.getByText('There are no fields yet').waitFor()
  await page.getByRole('button', { name: 'New field' }).click()
  await dialog.getByLabel('Name', { exact: true }).fill('Wood')
  await dialog.getByLabel('Name in German').fill('Holz')
  await dialog.getByLabel('Kind').selectOption('One of some words')
  await dialog.getByLabel('The words').fill('walnut, oak, beech')
  await dialog.getByLabel('Buyers can filter by it').check()
  await shoot('staff-shop-field-dialog')
  await dialog.getByRole('button', { name: 'Make the field' }).click()
  await page.getByRole('row', { name: /Wood.*walnut, oak, beech.*Yes/ }).waitFor()
  await page.setViewportSize(PHONE)
  await shoot('staff-shop-fields-phone')
  await page.setViewportSize({ width: 1280, height: 900 })
  expect(await objections(page)).toEqual([])

  await page.getByRole('link', { name: 'Products' }).last().click()
  await page.getByRole('link', { name: 'Walnut chopping board' }).click()
  await page.getByLabel('Wood').selectOption('walnut')
  await page.getByRole('form', { name: 'Name and description' })
  await page.getByRole('form', { name: 'Basics' }).getByRole('button', { name: 'Save' }).click()
  await page.getByText('It is saved.').first().waitFor()
  await page.reload()
  await page.getByLabel('Wood').waitFor()
  expect(await page.getByLabel('Wood').inputValue()).toBe('walnut')

  await page.goto('/staff/shop/custom-fields')
  await page.getByRole('button', { name: 'Remove' }).click()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await dialog.getByRole('alert').waitFor()
  await shoot('staff-shop-field-in-use')
  expect(complaints).toEqual([])
})
