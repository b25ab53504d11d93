import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bank, openBank } from './bank'
import { launch, openWindow, signIn } from './browser'
import { buy, deliver, openShop } from './shop'

let bank: Bank
let browser: Browser

beforeAll(async () => {
  ;[bank, browser] = await Promise.all([openBank(), launch()])
  await openShop(bank)
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
})

it('an order and the list of orders follow what the shop does, without being asked', async () => {
  const window = await openWindow(browser, bank)
  const { page, complaints } = window
  await signIn(window, bank, await bank.register('ben'))
  const { id, number } = await buy(bank, window, { NOTES: 2 })
  await page.goto(`/shop/orders/${id}`)
  const timeline = page.getByRole('list', { name: 'What happened' })
  await timeline.getByText('Is being packed').waitFor()
  const list = await window.context.newPage()
  await list.goto('/shop/orders')
  const row = list.getByRole('link', { name: new RegExp(`Order ${number}`) })
  await row.getByText('Paid').waitFor()

  await deliver(bank, id)
  await timeline.getByText('Delivered').waitFor()
  await page.getByRole('button', { name: /^Download Invoice/ }).waitFor()
  await row.getByText('Delivered').waitFor()

  const { lines } = (await bank.operator('GET', `/v1/shop/orders/${id}`)) as {
    lines: { id: string }[]
  }
  const back = { lines: [{ line: lines[0]?.id, quantity: 1, reason: 'damaged' }] }
  const { id: made } = (await bank.operator('POST', `/v1/shop/orders/${id}/returns`, back)) as {
    id: string
  }
  const came = { lines: [{ line: lines[0]?.id, restock: 1 }], refund: {} }
  await bank.operator('POST', `/v1/shop/returns/${made}/receive`, came)
  await timeline.getByText('Money given back').waitFor()
  await page.getByRole('heading', { name: /^Return of/ }).waitFor()
  await page.getByRole('button', { name: /^Download Credit note/ }).waitFor()
  await window.shoot('shop-order-followed')
  expect(complaints).toEqual([])
})
