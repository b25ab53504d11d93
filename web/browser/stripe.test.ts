import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bank, openBank } from './bank'
import { launch, openAccount, openWindow, PHONE, signIn } from './browser'
import { type Stripe, startStripe } from './stripe'

let bank: Bank
let browser: Browser
let stripe: Stripe

beforeAll(async () => {
  stripe = await startStripe()
  ;[bank, browser] = await Promise.all([openBank(stripe.options), launch()])
  stripe.tell(bank.url)
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
  await stripe?.stop()
})

it('Stripe’s form takes the card, also after it declined another, and the deposit follows', async () => {
  const window = await openWindow(browser, bank, { viewport: PHONE })
  const { page } = window
  await stripe.standInFor(window.context)
  await signIn(window, bank, await bank.register('ann'))
  await openAccount(window, 'EUR')

  await page.goto('/payments/deposit')
  await page.getByLabel('How much').fill('20')
  expect(await page.getByLabel('Card number').count()).toBe(0)
  await page.getByRole('button', { name: 'Deposit', exact: true }).click()
  const number = page.getByLabel('Card number at Stripe')
  await number.fill('4000000000000002')
  await window.shoot('deposit-stripe-phone')
  await page.getByRole('button', { name: 'Deposit', exact: true }).click()
  await page.getByText('Your card was declined.').waitFor()
  await number.fill('4242424242424242')
  await page.getByRole('button', { name: 'Deposit', exact: true }).click()
  await page.getByText('It is in your account.').waitFor()
  await page.getByText('4242').first().waitFor()
  await window.shoot('deposit-stripe-done-phone')
  await page.goto('/')
  await page.getByText('20.00').first().waitFor()
  expect(window.complaints).toEqual([])
})

it('without Stripe’s script the page says so, and tries again', async () => {
  const window = await openWindow(browser, bank)
  const { page, context } = window
  await context.route('https://js.stripe.com/**', (route) => route.abort())
  await signIn(window, bank, await bank.register('bob'))
  await openAccount(window, 'EUR')
  await page.goto('/payments/deposit')
  await page.getByLabel('How much').fill('20')
  await page.getByRole('button', { name: 'Deposit', exact: true }).click()
  await page.getByRole('button', { name: 'Try again' }).waitFor()
  await window.shoot('deposit-stripe-missing')
  await context.unroute('https://js.stripe.com/**')
  await stripe.standInFor(context)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByLabel('Card number at Stripe').waitFor()
  expect(window.complaints).toEqual([])
})
