import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bank, openBank, type Somebody } from './bank'
import { launch, openWindow, PHONE, signIn, type Window } from './browser'

let bank: Bank
let browser: Browser
let ann: Somebody
let laptop: Window

beforeAll(async () => {
  ;[bank, browser] = await Promise.all([openBank(), launch()])
  ann = await bank.register('ann')
  laptop = await openWindow(browser, bank)
  await signIn(laptop, bank, ann)
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
})

/** Ann's phone, on a page of hers. */
async function phoneOn(path: string): Promise<Window> {
  const phone = await openWindow(browser, bank, { viewport: PHONE })
  await signIn(phone, bank, ann)
  await phone.page.goto(path)
  await phone.page.getByRole('heading', { level: 1 }).waitFor()
  return phone
}

/** On the laptop she ends the only other session. */
async function endTheOther(): Promise<void> {
  const { page } = laptop
  await page.goto('/security')
  const sessions = page.getByRole('list', { name: 'Where you are signed in' })
  await sessions.getByText('This device').waitFor()
  await laptop.shoot('security-sessions')
  await sessions.getByRole('button', { name: /^Sign out/ }).click()
  await page.getByText('The device is signed out.').waitFor()
}

/** The phone is told why it is at the sign-in; it is known, so the password is enough. */
async function signsInAgain({ page }: Window, password: string): Promise<void> {
  await page.getByText('You were signed out here.').waitFor()
  await page.getByLabel('E-mail address or handle').fill(ann.handle)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

it('a session that is ended elsewhere ends at the next click, and goes on there', async () => {
  const phone = await phoneOn('/requests')
  const { page } = phone
  await endTheOther()
  await page.getByRole('link', { name: 'History' }).filter({ visible: true }).click()
  await page.waitForURL(/\/sign-in\?next=%2Fhistory/)
  await phone.shoot('signed-out-elsewhere-phone')
  await signsInAgain(phone, ann.password)
  await page.waitForURL((url) => url.pathname === '/history')
  await endTheOther()
  expect([...phone.complaints, ...laptop.complaints]).toEqual([])
  await phone.context.close()
})

it('a new password signs out a page that nobody touches at once', async () => {
  const phone = await phoneOn('/send?to=bob&message=for%20the%20pizza')
  const { page } = laptop
  const password = 'ann rides over eight low hills'
  await page.goto('/security')
  await page.getByLabel('Password until now').fill(ann.password)
  await page.getByLabel('New password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('All other devices are signed out.', { exact: false }).waitFor()
  await phone.page.waitForURL(/\/sign-in\?next=/, { timeout: 5_000 })
  await signsInAgain(phone, password)
  await phone.page.waitForURL((url) => url.pathname === '/send')
  expect(new URL(phone.page.url()).searchParams.get('message')).toBe('for the pizza')
  expect([...phone.complaints, ...laptop.complaints]).toEqual([])
})
