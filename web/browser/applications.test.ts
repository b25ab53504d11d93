import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bank, openBank, type Somebody, until } from './bank'
import { launch, openWindow, PHONE, signIn, signInHere, type Window } from './browser'
import { freePort, type Program, startProgram } from './programs'

let bank: Bank
let browser: Browser
let ann: Somebody
let developer: Window
const programs: Program[] = []

beforeAll(async () => {
  ;[bank, browser] = await Promise.all([openBank(), launch()])
  ann = await bank.register('ann')
  developer = await openWindow(browser, bank)
  await signIn(developer, bank, await bank.register('dev'))
})
afterAll(async () => {
  await browser?.close()
  await Promise.all(programs.map((program) => program.stop()))
  await bank?.stop()
})

/** Registers an application by the pages, and starts it. */
async function start(name: string, isPublic: boolean): Promise<Program> {
  const { page } = developer
  const port = await freePort()
  await page.goto('/developers/applications')
  await page.getByRole('button', { name: 'Register an application' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill(name)
  if (isPublic) await dialog.getByLabel('Where it runs').selectOption('public')
  await dialog.getByLabel('Its users type in a code').check()
  await dialog.getByLabel('Where browsers may go back to').fill(`http://127.0.0.1:${port}/callback`)
  for (const scope of ['profile', 'offline_access']) {
    await dialog.getByRole('checkbox', { name: new RegExp(`^${scope} `) }).check()
  }
  await dialog.getByLabel(/^Where browsers may go after/).fill(`http://127.0.0.1:${port}/`)
  await developer.shoot(`application-new-${isPublic ? 'public' : 'confidential'}-wide`)
  await dialog.getByRole('button', { name: 'Register an application' }).click()
  let secret: string | undefined
  if (!isPublic) {
    secret = (
      await page
        .getByRole('group', { name: /^Secret/ })
        .locator('code')
        .innerText()
    ).trim()
    await page.getByRole('button', { name: 'I have kept it' }).click()
  }
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  await developer.shoot(`application-${isPublic ? 'public' : 'confidential'}-wide`)
  const id = await page.getByRole('group', { name: 'Client ID' }).locator('code').innerText()
  const settings = { issuer: bank.url, port, client_id: id.trim(), client_secret: secret }
  const program = await startProgram('web/browser/application.mjs', settings)
  programs.push(program)
  return program
}

it('a third party’s application gets what its user allows, until they disconnect it', async () => {
  const application = await start('Orchard Books', false)
  const window = await openWindow(browser, bank)
  const { page } = window
  await page.goto(application.url)
  await page.getByRole('link', { name: 'Sign in with Bushel' }).click()
  await page.waitForURL(/\/sign-in\?next=/)
  await signInHere(window, bank, ann)
  await page.getByRole('heading', { name: 'Allow Orchard Books?' }).waitFor()
  await page.getByText(`Afterwards you go to ${application.url}`).waitFor()
  await page
    .getByRole('list', { name: /wants to/ })
    .getByText('See your accounts')
    .waitFor()
  await window.shoot('consent-wide')
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await page.getByText('Hello Ann').waitFor()
  await page.goto(`${application.url}/use`)
  await page.getByText('200 refreshed').waitFor()

  // All of it is allowed, so nobody is asked again.
  await page.goto(`${application.url}/sign-in`)
  await page.getByText('Hello Ann').waitFor()

  // Who has to show again that it is them comes back to where they were.
  await page.goto(`${application.url}/sign-in?prompt=login`)
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await page.getByLabel('E-mail address or handle').fill(ann.handle)
  await page.getByLabel('Password', { exact: true }).fill(ann.password)
  // The browser is known, so there is no code.
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByText('Hello Ann').waitFor()

  await page.goto(`${bank.url}/security`)
  const apps = page.getByRole('list', { name: 'Connected apps' })
  await apps.getByText('Orchard Books').waitFor()
  await window.shoot('connected-apps-wide')
  await apps.getByRole('button', { name: 'Disconnect' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
  await page.getByText('You have allowed no application anything.').waitFor()
  await page.goto(`${application.url}/use`)
  await page.getByText('401 invalid_grant').waitFor()

  await page.goto(`${application.url}/sign-in`)
  await page.getByRole('button', { name: 'Don’t allow' }).click()
  await page.getByText('access_denied').waitFor()
  expect(new URL(page.url()).origin).toBe(application.url)

  await page.goto(`${application.url}/sign-in`)
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await page.getByText('Hello Ann').waitFor()
  await page.goto(`${application.url}/sign-out`)
  await page.getByRole('link', { name: 'Sign in with Bushel' }).waitFor()
  const { origin, pathname } = new URL(page.url())
  expect([origin, pathname]).toEqual([application.url, '/'])
  await page.goto(`${bank.url}/security`)
  await page.waitForURL(/\/sign-in\?next=/)
  expect([...window.complaints, ...developer.complaints]).toEqual([])
})

it('a device without a browser gets what is allowed with its code, and only then', async () => {
  const television = await start('Orchard TV', true)
  const ask = async () => (await fetch(`${television.url}/device`)).json() as Promise<Codes>
  const state = async () => (await (await fetch(`${television.url}/device/state`)).json()).device
  const window = await openWindow(browser, bank, { viewport: PHONE })
  const { page } = window

  const first = await ask()
  await page.goto(first.verification_uri_complete)
  await page.waitForURL(/\/sign-in\?next=/)
  await signInHere(window, bank, ann)
  await page.getByRole('heading', { name: 'Connect a device' }).waitFor()
  await window.shoot('device-code-phone')
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('heading', { name: 'Connect Orchard TV?' }).waitFor()
  await page.getByText(first.user_code).waitFor()
  await window.shoot('device-decide-phone')
  expect(await state()).toBe('waiting')
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await page.getByRole('heading', { name: 'The device is connected' }).waitFor()
  await until('the token', async () => (await state()) === 'allowed by Ann' || null)
  expect(await (await fetch(`${television.url}/use`)).text()).toContain('200 refreshed')

  const second = await ask()
  await page.goto('/device')
  const code = page.getByLabel('Code on the device')
  await code.fill('BCDF')
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByText('A code has eight letters.').waitFor()
  await code.fill(first.user_code)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByText('No device waits with this code.').waitFor()
  await code.fill(second.user_code.toLowerCase().replace('-', ' '))
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('button', { name: 'Don’t allow' }).click()
  await page.getByRole('heading', { name: 'Nothing was allowed' }).waitFor()
  await until('the refusal', async () => (await state()) === 'access_denied' || null)
  expect(window.complaints).toEqual([])
})

type Codes = { readonly user_code: string; readonly verification_uri_complete: string }

it('whom a stranger sends to the sign-out is asked first', async () => {
  const window = await openWindow(browser, bank)
  const { page } = window
  await signIn(window, bank, ann)
  await page.goto('/oauth/end_session')
  await page.getByRole('heading', { name: 'Sign out?' }).waitFor()
  await page.getByRole('link', { name: 'Stay signed in' }).click()
  await page.getByRole('navigation', { name: 'Main' }).filter({ visible: true }).waitFor()
  await page.goto('/oauth/end_session')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
  expect(window.complaints).toEqual([])
})
