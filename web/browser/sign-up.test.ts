import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bank, codeOf, openBank } from './bank'
import { launch, openWindow, PHONE, signIn, WIDE } from './browser'

let bank: Bank
let browser: Browser

beforeAll(async () => {
  ;[bank, browser] = await Promise.all([openBank(), launch()])
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
})

it.each([
  ['wide', WIDE],
  ['phone', PHONE],
])('somebody signs up with the code of the mail and signs in (%s)', async (width, viewport) => {
  const window = await openWindow(browser, bank, { viewport })
  const { page } = window
  const email = `nora-${width}@example.org`
  await page.goto('/')
  await window.shoot(`landing-${width}`)
  await page.getByRole('link', { name: 'Make an account' }).first().click()
  await page.getByLabel('Your name').fill('Nora New')
  await page.getByLabel(/^Handle/).fill(`nora-${width}`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill('short')
  await page.getByRole('button', { name: 'Make the account' }).click()
  await expect
    .poll(() => page.getByLabel('Password', { exact: true }).getAttribute('aria-invalid'))
    .toBe('true')
  await window.shoot(`sign-up-refused-${width}`)
  const password = 'nora walks under seven tall trees'
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Make the account' }).click()
  await page
    .getByLabel('Code from the mail')
    .fill(codeOf(await bank.mail(email, 'challenge.verify_email')))
  await window.shoot(`sign-up-code-${width}`)
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.waitForURL('**/sign-in')
  await signIn(window, bank, { handle: `nora-${width}`, name: 'Nora New', email, password })
  expect(new URL(page.url()).pathname).toBe('/')
  expect(window.complaints).toEqual([])
})

it('the link of the mail verifies only when the button is pressed, and leaves the address bar', async () => {
  const window = await openWindow(browser, bank)
  const email = 'lea@example.org'
  const registration = { email, name: 'Lea', password: 'lea walks under seven tall trees' }
  await window.context.request.post('/v1/identity/users', { data: registration })
  const text = await bank.mail(email, 'challenge.verify_email')
  const link = /\S+\/verify\?token=\S+/.exec(text)?.[0] ?? ''
  await window.page.goto(link)
  await window.page.getByRole('button', { name: 'Confirm my address' }).waitFor()
  expect(window.page.url()).not.toContain('token')
  await window.page.getByRole('button', { name: 'Confirm my address' }).click()
  await window.page.waitForURL('**/sign-in')
  await window.page.goto(link)
  await window.page.getByRole('button', { name: 'Confirm my address' }).click()
  await window.page.getByRole('alert').waitFor()
  expect(window.complaints).toEqual([])
})

it('whoever opens a page of somebody signed in comes back to it after signing in', async () => {
  const window = await openWindow(browser, bank)
  const ann = await bank.register('ann')
  await window.page.goto('/send?to=bob')
  await window.page.waitForURL(/\/sign-in\?next=/)
  const { page } = window
  await page.getByLabel('E-mail address or handle').fill(ann.email)
  await page.getByLabel('Password', { exact: true }).fill('wrong')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Password', { exact: true }).fill(ann.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page
    .getByLabel('Code from the mail')
    .fill(codeOf(await bank.mail(ann.email, 'challenge.sign_in')))
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL(/\/send\?to=bob$/)
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await page.getByRole('link', { name: 'Make an account' }).first().waitFor()
  await page.goto('/send')
  await page.waitForURL(/\/sign-in\?next=/)
  expect(window.complaints).toEqual([])
})
