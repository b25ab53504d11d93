import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { objections } from './axe'
import { type Bank, openDemo } from './bank'
import { be, launch, openWindow, PHONE, signIn, WIDE, type Window } from './browser'
import { addressOf, filledCart, type Route, routesOfTheApp } from './routes'
import { openShop } from './shop'

/** The narrowest width that has to do. */
const NARROW = { width: 320, height: 640 }
const ROUTES = await routesOfTheApp()

let bank: Bank
let browser: Browser
let nobody: Window
let newcomer: Window
/** Her pages are in German. */
let mia: Window
let samir: Window

beforeAll(async () => {
  ;[bank, browser] = await Promise.all([openDemo(), launch()])
  nobody = await openWindow(browser, bank)
  newcomer = await openWindow(browser, bank)
  mia = await openWindow(browser, bank, { language: 'de-DE' })
  samir = await openWindow(browser, bank)
  await signIn(newcomer, bank, await bank.register('nora'))
  await be(mia, 'Mia Schneider')
  await be(samir, 'Samir')
  await openShop(bank)
  await nobody.page.goto('/shop')
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
})

const of = (who: Route['who']) => ROUTES.filter((route) => route.who === who)
const WITHOUT_THING = of('person').filter(({ path }) => !path.includes('$'))
/** Pages that mails lead to, which take what their links carry. */
const MAILED: readonly string[] = ['/verify', '/confirm', '/reset']
/** Without the provider that sends people there, it has nothing to show but that. */
const REFUSING: readonly string[] = ['/sign-in/callback']
const HOME: Route = { path: '/', who: 'person' }

/** With something in it, of somebody who is on a page already. */
const FILLED: readonly string[] = ['/shop/cart', '/shop/checkout']

describe('pages of the app are whole, readable and narrow enough', () => {
  it.each(of('nobody'))('$path for nobody in particular', ({ path }) =>
    inspect(nobody, path, `nobody${nameOf(path)}`, MAILED.includes(path) ? '#token=a' : ''),
  )
  it.each(FILLED)('%s of a guest who bought', async (path) => {
    await filledCart(nobody)
    await inspect(nobody, path, `guest${nameOf(path)}`)
  })
  it.each([HOME, ...WITHOUT_THING])('$path for a newcomer', ({ path }) =>
    inspect(newcomer, path, `newcomer${nameOf(path)}`),
  )
  it.each([HOME, ...of('person')])('$path for Mia', ({ path }) =>
    inspect(mia, path, `mia${nameOf(path)}`),
  )
  it.each(of('staff'))('$path for an administrator', ({ path }) =>
    inspect(samir, path, `samir${nameOf(path)}`),
  )
})

it('leads on from an address that is no page, and lets everybody go where they could', async () => {
  for (const [window, name] of [
    [nobody, 'nobody'],
    [mia, 'mia'],
  ] as const) {
    const { page, shoot } = window
    await page.setViewportSize(PHONE)
    await page.goto('/shop/no-such-page')
    await page.getByRole('heading', { name: /There is nothing here|Hier ist nichts/ }).waitFor()
    expect(await objections(page), 'axe').toEqual([])
    await shoot(`${name}-lost-phone`)
    await page.setViewportSize(WIDE)
    await shoot(`${name}-lost-wide`)
    await page.getByRole('link', { name: 'Bushel' }).first().click()
    await page.waitForURL((url) => url.pathname === '/')
  }
})

function nameOf(path: string): string {
  return path === '/' ? '-home' : path.replaceAll('/', '-').replaceAll('$', '')
}

/** One load is enough: the theme and the width change as they do on a device. */
async function inspect(window: Window, path: string, name: string, hash = ''): Promise<void> {
  const { page, complaints, shoot } = window
  complaints.length = 0
  const address = await addressOf(path, window)
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(WIDE)
  await page.goto(address + hash)
  await settle(window)
  if (!REFUSING.includes(path)) expect(await failuresOf(window), 'failures').toEqual([])
  await shoot(`${name}-wide`)
  const found = await objections(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  await shoot(`${name}-wide-dark`)
  const foundInTheDark = await objections(page, ['color-contrast'])
  await page.setViewportSize(PHONE)
  await shoot(`${name}-phone-dark`)
  await page.emulateMedia({ colorScheme: 'light' })
  await shoot(`${name}-phone`)
  await page.setViewportSize(NARROW)
  expect(await tooWide(window), 'wider than 320 px').toEqual([])
  expect(found, 'axe').toEqual([])
  expect(foundInTheDark, 'axe, dark').toEqual([])
  expect(complaints, 'the console').toEqual([])
}

/** Until all that the page asks for is there. */
async function settle({ page }: Window): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.waitForFunction(() => {
    const waiting = [...document.querySelectorAll('[role=status]')]
    return !waiting.some((it) => it.textContent?.match(/^(Loading|Wird geladen)/))
  })
}

function failuresOf({ page }: Window): Promise<string[]> {
  const gone = page.getByText(/^(There is nothing here|Hier ist nichts)$/)
  return page.getByRole('alert').or(gone).allTextContents()
}

/** What sticks out at the right, if the page scrolls sideways once the new width has settled. */
async function tooWide({ page }: Window): Promise<string[]> {
  const fits = () => document.documentElement.scrollWidth <= document.documentElement.clientWidth
  await page.waitForFunction(fits, undefined, { timeout: 2000 }).catch(() => {})
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    const all = [...document.querySelectorAll('body *')]
    const wide = all.filter((it) => it.getBoundingClientRect().right > clientWidth)
    return wide.map((it) => it.outerHTML.slice(0, 120))
  })
}
