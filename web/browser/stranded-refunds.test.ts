import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { objections } from './axe'
import { type Bank, until } from './bank'
import { openAccount, openWindow, PHONE, signIn, WIDE, type Window } from './browser'
import { checkOut } from './shop'
import { openStaffedShop } from './staffed-shop'
import { type Stripe, startStripe } from './stripe'

const PATH = '/v1/shop/stranded-refunds'

let bank: Bank
let browser: Browser
let stripe: Stripe
let staff: Window

beforeAll(async () => {
  stripe = await startStripe()
  ;({ bank, browser, window: staff } = await openStaffedShop(stripe.options))
  stripe.tell(bank.url)
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
  await stripe?.stop()
})

/** Buys a lantern by a card that is gone by the time the order is cancelled. */
async function strand(window: Window): Promise<void> {
  const { page } = window
  await stripe.standInFor(window.context)
  await checkOut(window)
  await page.getByRole('button', { name: 'Pay 17.80 EUR' }).click()
  await page.getByLabel('Card number at Stripe').fill('4242424242424242')
  await page.getByRole('button', { name: 'Pay', exact: true }).click()
  await page.getByRole('list', { name: 'What happened' }).getByText('Paid').waitFor()
  const id = new URL(page.url()).pathname.split('/').at(-1)
  await bank.operator('POST', `/v1/shop/orders/${id}/cancel`, {})
  await until('the refund', async () => {
    const { data } = (await bank.operator('GET', PATH)) as { data: { order: string }[] }
    return data.some(({ order }) => order === id) || null
  })
}

it('what can’t go back to a card of a guest is paid outside, in parts', async () => {
  const { page, shoot, complaints } = staff
  await page.goto('/staff/shop/orders')
  await page.getByRole('link', { name: 'Stranded refunds' }).click()
  await page.getByText('Nothing waits').waitFor()
  await shoot('staff-shop-stranded-none')
  const guest = await openWindow(browser, bank)
  await strand(guest)
  await guest.context.close()

  await page.reload()
  await page.getByText('A guest').waitFor()
  await page.getByText('The card is lost or stolen, says its bank.').waitFor()
  await page.getByRole('button', { name: 'Settle' }).click()
  const asking = page.getByRole('dialog')
  await asking.getByText('17.80 EUR could not go back to the card.').waitFor()
  expect(await asking.getByLabel('How', { exact: true }).locator('option').count()).toBe(1)
  await asking.getByRole('button', { name: 'Give it back' }).click()
  await asking.getByText('Say by what the payment is found.').waitFor()
  await asking.getByLabel('What that payment is called').fill('bank transfer 17')
  await asking.getByRole('button', { name: 'Give it back' }).click()
  await asking.getByText('Say why. It goes into the audit log.').waitFor()
  await asking.getByLabel('Why').fill('The card was stolen.')
  await asking.getByLabel('How much').fill('20')
  await asking.getByRole('button', { name: 'Give it back' }).click()
  await asking.getByText('That is more than waits to go back.').waitFor()
  await asking.getByLabel('How much').fill('10')
  await shoot('staff-shop-stranded-settling')
  expect(await objections(page)).toEqual([])
  await asking.getByRole('button', { name: 'Give it back' }).click()
  await page.getByText('bank transfer 17, The card was stolen.').waitFor()
  await page.getByText('of 17.80').waitFor()
  await shoot('staff-shop-stranded')
  await page.setViewportSize(PHONE)
  await shoot('staff-shop-stranded-phone')
  await page.setViewportSize(WIDE)
  expect(await objections(page)).toEqual([])
  expect(complaints).toEqual([])
})

it('what can’t go back to a card of a user goes into their wallet', async () => {
  const { page, shoot, complaints } = staff
  const ben = await openWindow(browser, bank)
  await signIn(ben, bank, await bank.register('ben'))
  await openAccount(ben, 'EUR')
  await strand(ben)

  await page.goto('/staff/shop/stranded-refunds')
  const row = page.getByRole('row').filter({ hasNotText: 'A guest' }).nth(1)
  await row.getByRole('link', { name: /^Order/ }).click()
  await page.getByText('Some of it could not go back to the card, and waits.').waitFor()
  await shoot('staff-shop-order-stranded')
  await page.getByRole('main').getByRole('link', { name: 'Stranded refunds' }).click()
  await row.getByRole('button', { name: 'Settle' }).click()
  const asking = page.getByRole('dialog')
  await asking.getByLabel('How', { exact: true }).selectOption('Into the buyer’s wallet')
  await asking.getByRole('button', { name: 'Give it back' }).click()
  await page.getByText('The money is given back.').waitFor()
  await page.getByLabel('State').selectOption('Given back')
  await page.getByText('Into the wallet').waitFor()
  await shoot('staff-shop-stranded-settled')
  await ben.page.goto('/')
  await ben.page.getByText('17.80').first().waitFor()
  expect(complaints).toEqual([])
  expect(ben.complaints).toEqual([])
})
