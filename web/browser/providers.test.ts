import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bank, codeOf, openBank } from './bank'
import { launch, openWindow, PHONE, type Window } from './browser'
import { freePort, type Program, startProgram } from './programs'

const SECRET = 'secret-of-the-bank-at-the-provider'
const ACCOUNTS = {
  zoe: { email: 'zoe@example.org', email_verified: true, name: 'Zoe Zander' },
  ann: { email: 'ann@example.org', email_verified: true, name: 'Ann Apple' },
  mia: { email: 'mia@example.org', email_verified: true, name: 'Mia Melon' },
  bob: { email: 'bob@example.org', email_verified: false, name: 'Bob Berry' },
}

let outside: Program
let bank: Bank
let browser: Browser
let folder: string

beforeAll(async () => {
  const port = await freePort()
  outside = await startProgram('crates/server/tests/node/oidc-provider.mjs', {
    client_id: 'bushel',
    client_secret: SECRET,
    redirect_uri: `http://localhost:${port}/sign-in/callback`,
    accounts: ACCOUNTS,
  })
  folder = mkdtempSync(join(tmpdir(), 'bushel-provider-'))
  const file = join(folder, 'orchard.json')
  const known = { name: 'orchard', label: 'Orchard ID', issuer: outside.url }
  const client = { client_id: 'bushel', client_secret_env: 'ORCHARD_SECRET' }
  writeFileSync(file, JSON.stringify({ ...known, ...client }))
  process.env.ORCHARD_SECRET = SECRET
  const options = ['--listen', `127.0.0.1:${port}`, '--sign-in-provider', file]
  ;[bank, browser] = await Promise.all([openBank(options), launch()])
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
  await outside?.stop()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

async function beAtProvider({ page }: Window, account: string): Promise<void> {
  await page.getByLabel('Account').fill(account)
  await page.getByRole('button', { name: 'Continue' }).click()
}

const goOn = ({ page }: Window) =>
  page.getByRole('button', { name: 'Continue with Orchard ID' }).click()

const seeName = ({ page }: Window, name: string) =>
  page.getByText(name).filter({ visible: true }).first().waitFor()

it('somebody new signs in with a provider, comes back to their page, and signs out there, too', async () => {
  const window = await openWindow(browser, bank)
  const { page } = window
  await page.goto('/send?to=bob')
  await page.waitForURL(/\/sign-in\?next=/)
  await window.shoot('provider-sign-in-wide')
  await goOn(window)
  await beAtProvider(window, 'zoe')
  await page.waitForURL(/\/send\?to=bob$/)
  await seeName(window, 'Zoe Zander')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
  await window.shoot('provider-signed-out-wide')
  await page.getByRole('link', { name: 'Sign in again' }).click()
  // The provider still knows who it is.
  await goOn(window)
  await seeName(window, 'Zoe Zander')
  expect(new URL(page.url()).pathname).toBe('/')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign out of Orchard ID, too' }).click()
  await page.getByRole('button', { name: 'Yes, sign me out' }).click()
  await page.waitForURL(`${bank.url}/`)
  await page.goto('/sign-in')
  await goOn(window)
  await page.getByLabel('Account').waitFor()
  expect(window.complaints).toEqual([])
})

it('an account with the same address is linked by the code of its mail, and unlinked again', async () => {
  const window = await openWindow(browser, bank, { viewport: PHONE })
  const { page } = window
  const ann = await bank.register('ann')
  await page.goto('/sign-in')
  await goOn(window)
  await beAtProvider(window, 'ann')
  await page.getByText('There is an account with your address already.').waitFor()
  await window.shoot('provider-link-phone')
  const code = codeOf(await bank.mail(ann.email, 'challenge.link_identity'))
  await page.getByLabel('Code from the mail').fill(code)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('navigation', { name: 'Main' }).filter({ visible: true }).waitFor()
  await page.goto('/security')
  const linked = page.getByRole('list', { name: 'Sign in with another account' })
  await linked.getByText('Orchard ID').waitFor()
  await window.shoot('provider-security-phone')
  await linked.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('button', { name: 'Add Orchard ID' }).click()
  await page.getByText('You can sign in with Orchard ID now.').waitFor()
  await linked.getByText('ann@example.org').waitFor()
  expect(new URL(page.url()).pathname).toBe('/security')
  expect(window.complaints).toEqual([])
})

it('whom the provider doesn’t vouch for registers first', async () => {
  const window = await openWindow(browser, bank)
  const { page } = window
  await page.goto('/sign-up')
  await goOn(window)
  await beAtProvider(window, 'bob')
  await page.getByRole('link', { name: 'Make an account' }).click()
  expect(await page.getByLabel('E-mail address').inputValue()).toBe('bob@example.org')
  expect(await page.getByLabel('Your name').inputValue()).toBe('Bob Berry')
  expect(window.complaints).toEqual([])
})

it('what a provider says wrongly lets nobody in, and the page says so', async () => {
  const window = await openWindow(browser, bank)
  const { page } = window
  await fetch(`${outside.url}/tamper?claims=${encodeURIComponent('{"nonce":"another"}')}`)
  await page.goto('/sign-in')
  await goOn(window)
  await beAtProvider(window, 'zoe')
  await page.getByRole('heading', { name: 'That didn’t work' }).waitFor()
  expect(page.url()).toBe(`${bank.url}/sign-in/callback`)
  await fetch(`${outside.url}/tamper`)
  await page.getByRole('link', { name: 'To the sign-in' }).click()
  await goOn(window)
  await seeName(window, 'Zoe Zander')
  expect(window.complaints).toEqual([])
})

it('whoever came by a provider keeps a way in, and can set a password for another', async () => {
  const window = await openWindow(browser, bank)
  const { page } = window
  const remove = async () => {
    await page.goto('/security')
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  }
  await page.goto('/sign-up')
  await goOn(window)
  await beAtProvider(window, 'mia')
  await seeName(window, 'Mia Melon')
  await remove()
  await page.getByText('This is your only way in.').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()

  await page.getByRole('link', { name: 'No password yet, or forgotten?' }).click()
  await page.getByLabel('E-mail address').fill(ACCOUNTS.mia.email)
  await page.getByRole('button', { name: 'Send the link' }).click()
  const code = codeOf(await bank.mail(ACCOUNTS.mia.email, 'challenge.reset_password'))
  await page.getByLabel('Code from the mail').fill(code)
  await page.getByLabel('New password', { exact: true }).fill('mia walks under seven tall trees')
  await page.getByRole('button', { name: 'Set the password' }).click()
  await page.waitForURL('**/sign-in')
  await goOn(window)
  await seeName(window, 'Mia Melon')
  await remove()
  await page.getByText('Orchard ID is removed.').waitFor()
  expect(window.complaints).toEqual([])
})
