import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bank, openBank } from './bank'
import { launch, openAccount, openWindow, PHONE, signIn } from './browser'

let bank: Bank
let browser: Browser

beforeAll(async () => {
  ;[bank, browser] = await Promise.all([openBank(), launch()])
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
})

it('somebody opens an account, pays in by card with 3-D Secure, and takes a part back', async () => {
  const window = await openWindow(browser, bank, { viewport: PHONE, dark: true })
  const { page } = window
  await signIn(window, bank, await bank.register('ann'))
  await window.shoot('overview-new-phone')
  await openAccount(window, 'EUR')
  await page.goto('/payments/deposit')
  await page.getByLabel('How much').fill('12.34')
  await page.getByRole('button', { name: 'Deposit', exact: true }).click()
  await page.getByText('This is no card number.').waitFor()
  await page.getByRole('button', { name: 'Use 4000 0000 0000 3220' }).click()
  await page.getByLabel('Good until').fill('12/40')
  await page.getByLabel('Security code').fill('123')
  await window.shoot('deposit-phone-dark')
  await page.getByRole('button', { name: 'Deposit', exact: true }).click()
  await page.getByRole('link', { name: 'Confirm with your bank' }).click()
  await page.getByRole('button', { name: 'Approve' }).click()
  await page.getByText('It is in your account.').waitFor()
  await page.getByRole('button', { name: 'Refund to the card' }).click()
  await page.getByRole('dialog').getByLabel('How much goes back').fill('2')
  await page.getByRole('dialog').getByRole('button', { name: 'Refund' }).click()
  await page.getByText('A part went back').waitFor()
  await window.shoot('deposit-refunded-phone-dark')
  expect(window.complaints).toEqual([])
})
