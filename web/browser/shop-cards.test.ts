import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { objections } from './axe'
import { type Bank, openBank } from './bank'
import { launch, openWindow, PHONE, type Window } from './browser'
import { checkOut, openShop } from './shop'
import { type Stripe, startStripe } from './stripe'

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

async function pay({ page }: Window, number: string): Promise<void> {
  await page.getByLabel('Card number').fill(number)
  await page.getByLabel('Good until').fill('12/40')
  await page.getByLabel('Security code').fill('123')
  await page.getByRole('button', { name: 'Pay 17.80 EUR' }).click()
}

const paid = ({ page }: Window) =>
  page.getByRole('list', { name: 'What happened' }).getByText('Paid').waitFor()

it('a guest pays by card, and the browser finds the order again', async () => {
  const window = await openWindow(browser, bank, { viewport: PHONE })
  const { page, shoot, complaints } = window
  await checkOut(window)
  await shoot('shop-guest-card-phone')
  expect(await objections(page)).toEqual([])
  await pay(window, '4242 4242 4242 4242')
  await page.getByText('Thank you! Your order is placed.').waitFor()
  await paid(window)
  await shoot('shop-guest-paid-phone')
  await page.reload()
  await paid(window)
  expect(complaints).toEqual([])
  await window.context.close()
})

it('a guest’s declined card is followed by another one, on the page of the order', async () => {
  const window = await openWindow(browser, bank)
  const { page, shoot, complaints } = window
  await checkOut(window)
  await pay(window, '4000 0000 0000 0002')
  await page.getByRole('heading', { name: /^Order \d+/ }).waitFor()
  await page.getByText('The bank declined the card.').waitFor()
  await shoot('shop-guest-declined')
  await pay(window, '4242 4242 4242 4242')
  await paid(window)
  expect(complaints).toEqual([])
  await window.context.close()
})

it('a guest confirms with their bank, and comes back to the order', async () => {
  const window = await openWindow(browser, bank)
  const { page, shoot, complaints } = window
  await checkOut(window)
  await pay(window, '4000 0000 0000 3220')
  await page.getByRole('link', { name: 'Confirm with your bank' }).click()
  await shoot('shop-guest-confirming')
  await page.getByRole('button', { name: 'Approve' }).click()
  await page.getByRole('heading', { name: /^Order \d+/ }).waitFor()
  await paid(window)
  expect(complaints).toEqual([])
  await window.context.close()
})

it('with Stripe the card is entered at Stripe, on the page of the order', async () => {
  const stripe: Stripe = await startStripe()
  const other = await openBank(stripe.options)
  try {
    stripe.tell(other.url)
    await openShop(other)
    const window = await openWindow(browser, other, { viewport: PHONE })
    const { page, shoot, complaints } = window
    await stripe.standInFor(window.context)
    await checkOut(window)
    expect(await page.getByLabel('Card number').count()).toBe(0)
    await page.getByRole('button', { name: 'Pay 17.80 EUR' }).click()
    const number = page.getByLabel('Card number at Stripe')
    await number.fill('4000000000000002')
    await shoot('shop-stripe-phone')
    await page.getByRole('button', { name: 'Pay', exact: true }).click()
    await page.getByText('Your card was declined.').waitFor()
    await number.fill('4242424242424242')
    await page.getByRole('button', { name: 'Pay', exact: true }).click()
    await paid(window)
    expect(complaints).toEqual([])
    await window.context.close()
  } finally {
    await other.stop()
    await stripe.stop()
  }
})
