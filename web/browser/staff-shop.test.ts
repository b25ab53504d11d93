import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Bank } from './bank'
import { openWindow, signIn, type Window } from './browser'
import { pictureOf } from './pictures'
import { buy } from './shop'
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

it('a product is made, received, and sold in the store', async () => {
  const { page, shoot, complaints } = window
  await page.getByRole('link', { name: 'Products' }).click()
  await page.getByRole('link', { name: 'Linen apron' }).waitFor()
  await shoot('staff-shop-products')
  await page.getByRole('link', { name: 'New product' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill('Wool blanket')
  await page.getByLabel('Description').fill('Warm, and light enough to carry along.')
  await page.getByLabel('Brand').fill('Brook')
  await page.getByRole('checkbox', { name: 'Garden' }).check()
  await page.getByLabel('Price').fill('120')
  await page.getByLabel('Article number (SKU)').fill('WOOL')
  await page.getByLabel('Option 1').fill('Colour')
  await page.getByLabel('Values').first().fill('Grey, Blue')
  await page.getByText('This makes 2 variants.').waitFor()
  await shoot('staff-shop-new-product')
  await page.getByRole('button', { name: 'Make the product' }).click()

  await page.getByRole('heading', { name: 'Wool blanket' }).waitFor()
  await page.getByLabel('Add pictures').setInputFiles({
    name: 'a-grey-blanket.png',
    mimeType: 'image/png',
    buffer: pictureOf([120, 124, 130]),
  })
  await page.getByRole('img', { name: 'a grey blanket' }).waitFor()
  await page
    .getByRole('row', { name: /WOOL-GREY/ })
    .getByRole('button', { name: 'Prices' })
    .click()
  await page.getByLabel('One piece').fill('99.50')
  await page.getByRole('button', { name: 'Cheaper from a quantity on' }).click()
  await page.getByLabel('From so many pieces').fill('5')
  await page.getByLabel('Price of each piece').fill('89')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByText('99.50').waitFor()
  await page.getByLabel('In another language').selectOption('German')
  const german = page.getByRole('group', { name: 'German' })
  await german.getByLabel('Name').fill('Wolldecke')
  await page
    .getByRole('form', { name: 'In other languages' })
    .getByRole('button', { name: 'Save' })
    .click()
  await page.getByText('It is saved.').first().waitFor()
  await shoot('staff-shop-product')

  await page.getByRole('link', { name: 'WOOL-GREY' }).click()
  await page.getByLabel('Pieces').fill('8')
  await page.getByLabel('Reference').fill('delivery 18')
  await page.getByRole('button', { name: 'Receive' }).click()
  await page.getByRole('row', { name: /Came in/ }).waitFor()
  await page.getByRole('heading', { name: 'Wool blanket, Grey' }).waitFor()
  await shoot('staff-shop-stock')
  await page.getByRole('link', { name: 'All stock' }).click()
  await page
    .getByRole('row', { name: /WOOL-GREY/ })
    .getByText('Wool blanket')
    .waitFor()
  await shoot('staff-shop-stock-list')

  const guest = await openWindow(browser, bank, { language: 'de-AT' })
  await guest.page.goto('/shop/products/wool-blanket')
  await guest.page.getByRole('heading', { name: 'Wolldecke' }).waitFor()
  await guest.page.getByText('99,50').first().waitFor()
  await guest.shoot('shop-product-german')
  expect(guest.complaints).toEqual([])
  await guest.context.close()
  expect(complaints).toEqual([])
})

it('an order is sent in two parcels, delivered, and refunded in part', async () => {
  const { page, shoot, complaints } = window
  const buyer = await bank.register('ben')
  const buying = await openWindow(browser, bank)
  await signIn(buying, bank, buyer)
  const { number } = await buy(bank, buying, { NOTES: 2, CAN: 1 })

  await page.goto('/staff/shop/orders')
  await page.getByLabel('Order number').fill(String(number))
  await page.getByRole('button', { name: 'Filter' }).click()
  await page.getByRole('link', { name: `Order ${number}` }).click()
  await page.getByRole('heading', { name: `Order ${number}` }).waitFor()
  await shoot('staff-shop-order')
  await page.getByRole('button', { name: 'Send a parcel' }).click()
  await page.getByLabel('Watering can, 5 l').fill('0')
  await page.getByLabel('Carrier').fill('Post')
  await page.getByLabel('Tracking number').fill('RR123')
  await page.getByLabel('Address to follow it').fill('https://post.example/RR123')
  await shoot('staff-shop-ship')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByText('Partly sent').waitFor()
  await page.getByRole('button', { name: 'Send a parcel' }).click()
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByRole('button', { name: 'Mark as delivered' }).first().click()
  await page.getByText(/^Delivered on/).waitFor()

  await page.getByRole('button', { name: 'Refund' }).click()
  await page.getByLabel('Field notebook').fill('99')
  await page.getByRole('button', { name: 'Give back' }).click()
  await page.getByText('This is more than can go back.').waitFor()
  await page.getByLabel('Field notebook').fill('8.50')
  await page.getByLabel('Reason').fill('one had a scratch')
  await shoot('staff-shop-refund')
  await page.getByRole('button', { name: 'Give back' }).click()
  await page.getByText('Money given back').waitFor()
  await shoot('staff-shop-order-done')

  await buying.page.goto(`/shop/orders`)
  await buying.page.getByRole('link', { name: new RegExp(`Order ${number}`) }).click()
  await buying.page.getByRole('link', { name: 'Follow the parcel' }).waitFor()
  await buying.page.getByText('one had a scratch').waitFor()
  const file = buying.page.waitForEvent('download')
  await buying.page
    .getByRole('button', { name: /^Download Invoice/ })
    .first()
    .click()
  expect((await file).suggestedFilename()).toMatch(/^INV-.*\.pdf$/)
  await buying.shoot('shop-order-sent')
  expect(buying.complaints).toEqual([])
  await buying.context.close()
  expect(complaints).toEqual([])
})

it('categories, promotions, taxes and ways of shipping are set', async () => {
  const { page, shoot, complaints } = window
  const dialog = page.getByRole('dialog')
  await page.goto('/staff/shop/categories')
  await page.getByRole('button', { name: 'New category' }).click()
  await dialog.getByLabel('Name', { exact: true }).fill('Tea & coffee')
  await dialog.getByLabel('Below').selectOption('Kitchen')
  await dialog.getByRole('button', { name: 'Make the category' }).click()
  await page.getByRole('row', { name: /Tea & coffee/ }).waitFor()
  await page.getByText('tea-and-coffee').waitFor()
  await shoot('staff-shop-categories')

  await page.goto('/staff/shop/promotions')
  await page.getByRole('button', { name: 'New promotion' }).click()
  await dialog.getByLabel('Name', { exact: true }).fill('Autumn')
  await dialog.getByLabel('Code').fill('autumn')
  await dialog.getByLabel('Percent', { exact: true }).fill('12.5')
  await dialog.getByRole('button', { name: 'Make the promotion' }).click()
  await page.getByRole('row', { name: /AUTUMN.*12\.5% off.*Running/ }).waitFor()
  await shoot('staff-shop-promotions')

  await page.goto('/staff/shop/taxes')
  await page.getByRole('button', { name: 'New rate' }).click()
  await dialog.getByLabel('Country').selectOption('Germany')
  await dialog.getByLabel('Rate').fill('19')
  await dialog.getByLabel('On invoices').fill('USt 19 %')
  await dialog.getByRole('button', { name: 'Set the rate' }).click()
  await page.getByRole('row', { name: /Germany.*19%/ }).waitFor()

  await page.goto('/staff/shop/shipping')
  await page
    .getByRole('row', { name: /By tomorrow/ })
    .getByRole('button', { name: 'Edit' })
    .click()
  await dialog.getByLabel('Costs').fill('15')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('row', { name: /15\.00/ }).waitFor()
  await shoot('staff-shop-shipping')

  await page.goto('/staff/shop/settings')
  await page.getByLabel('An order waits for its payment').fill('90')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('It is saved.').first().waitFor()
  await page.reload()
  expect(await page.getByLabel('An order waits for its payment').inputValue()).toBe('90')

  await page.goto('/staff/shop/collections')
  await page.getByRole('button', { name: 'New collection' }).click()
  await dialog.getByLabel('Name', { exact: true }).fill('Best of spring')
  await dialog.getByRole('button', { name: 'Make the collection' }).click()
  await page.getByLabel('Find a product to add').fill('lantern')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByRole('button', { name: 'Add Paper lantern' }).click()
  await page.getByRole('button', { name: 'Take Paper lantern out' }).waitFor()
  await shoot('staff-shop-collection')
  expect(complaints).toEqual([])
})
