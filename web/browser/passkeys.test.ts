import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bank, openBank, type Somebody } from './bank'
import { launch, openWindow, signIn, type Window } from './browser'

let bank: Bank
let browser: Browser
let ann: Somebody
/** Ann's own browser: its authenticator keeps what she makes. */
let own: Window

beforeAll(async () => {
  ;[bank, browser] = await Promise.all([openBank(), launch()])
  ann = await bank.register('ann')
  own = await openWindow(browser, bank)
  await giveAuthenticator(own)
  await signIn(own, bank, ann)
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
})

/** A phone's or laptop's own authenticator, whose holder always shows their finger. */
async function giveAuthenticator({ context, page }: Window): Promise<void> {
  const devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

async function signOut({ page }: Window): Promise<void> {
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await page.getByRole('heading', { name: 'Send anything that can be counted.' }).waitFor()
}

it('a passkey that was added on the security page signs in without a password', async () => {
  const { page } = own
  await page.goto('/security')
  await page.getByText('You have no passkey yet.').waitFor()
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a passkey' })
  await dialog.getByLabel('What you call it').fill('Blue laptop')
  await dialog.getByRole('button', { name: 'Add a passkey' }).click()
  const passkeys = page.getByRole('list', { name: 'Passkeys' })
  await passkeys.getByText('Blue laptop').waitFor()
  await own.shoot('security-passkey')

  await signOut(own)
  await page.goto('/history')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.waitForURL((url) => url.pathname === '/history')
  await page.getByRole('heading', { level: 1, name: 'History' }).waitFor()
  await page.goto('/security')
  await passkeys.getByText('Last used').waitFor()
  expect(own.complaints).toEqual([])
})

it('a browser without a passkey stays where it is, and says what to do', async () => {
  const other = await openWindow(browser, bank)
  await giveAuthenticator(other)
  const { page } = other
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('alert').getByText('No passkey was used.').waitFor()
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  await other.shoot('sign-in-no-passkey')
  await signIn(other, bank, ann)
  expect(other.complaints).toEqual([])
})

it('a passkey that was removed signs nobody in, though the device still has it', async () => {
  const { page } = own
  await page.goto('/security')
  await page.getByRole('list', { name: 'Passkeys' }).getByRole('button', { name: 'Remove' }).click()
  const dialog = page.getByRole('dialog', { name: 'Remove “Blue laptop”?' })
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('You have no passkey yet.').waitFor()

  await signOut(own)
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('alert').getByText('This passkey isn’t known here.').waitFor()
  await own.shoot('sign-in-passkey-removed')
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  expect(own.complaints).toEqual([])
})
