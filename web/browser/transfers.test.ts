import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Bank, openBank, until } from './bank'
import { launch, openWindow, PHONE, signIn, type Window } from './browser'

let bank: Bank
let browser: Browser
let ann: Window
let bob: Window
/** A transfer that nobody accepts; the shortest limit is a minute, so it begins first. */
let expiring: string

/** From the answer to the one until the other sees it. */
const LIVE_MS_MAX = 1_000

beforeAll(async () => {
  ;[bank, browser] = await Promise.all([openBank(), launch()])
  ;[ann, bob] = await Promise.all([
    openWindow(browser, bank),
    openWindow(browser, bank, { viewport: PHONE }),
  ])
  await signIn(ann, bank, await bank.register('ann'))
  await signIn(bob, bank, await bank.register('bob'))
  await post(ann, '/v1/wallet/accounts', { asset: 'EUR' })
  const card = { number: '4242424242424242', exp_month: 12, exp_year: 2040, cvc: '123' }
  await post(ann, '/v1/payments/deposits', { asset: 'EUR', amount: '10000', card })
  await until('the money', async () => {
    const answer = await ann.context.request.get('/v1/wallet/accounts')
    return (await answer.json()).data[0].available === '10000' || null
  })
  const sent = { to: { handle: 'bob' }, asset: 'EUR', amount: '100', accept_within_s: 60 }
  expiring = (await post(ann, '/v1/wallet/transfers', sent)).id
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
})
beforeEach(() => {
  ann.complaints.length = 0
  bob.complaints.length = 0
})

/** As the page would call the API. */
async function post({ page }: Window, path: string, body: unknown): Promise<{ id: string }> {
  const sent = { path, body, key: crypto.randomUUID() }
  return page.evaluate(async (call) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': call.key }
    const text = JSON.stringify(call.body)
    const answer = await fetch(call.path, { method: 'POST', headers, body: text })
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
    return answer.json()
  }, sent)
}

/** Ann sends by the pages, and Bob has to accept; both look at the transfer then. */
async function sendToBob(message: string): Promise<void> {
  const { page } = ann
  await page.goto('/send?asset=EUR')
  await page.getByRole('combobox', { name: 'To', exact: true }).pressSequentially('bo')
  await page.getByRole('option', { name: /Bob/ }).click()
  await page.getByLabel('How much').fill('12.50')
  await page.getByLabel('Message').fill(message)
  await page.getByLabel('Do they have to accept?').selectOption('86400')
  await page.getByRole('button', { name: 'Review' }).click()
  await page.getByRole('heading', { name: 'Is this right?' }).waitFor()
  await ann.shoot('send-review-wide')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByRole('link', { name: 'Show the transfer' }).click()
  await page.getByText('Bob has to accept it').waitFor()
  await bob.page.goto(new URL(page.url()).pathname)
  await bob.page.getByText(message).first().waitFor()
}

/** Bob presses the button; how long until Ann reads the text, after he had his answer. */
async function bobDecides(button: string, verb: string, text: string): Promise<number> {
  const answered = bob.page.waitForResponse((answer) => answer.url().endsWith(verb))
  await bob.page.getByRole('button', { name: button, exact: true }).click()
  const confirm = bob.page.getByRole('dialog').getByRole('button', { name: button, exact: true })
  if (await confirm.isVisible()) await confirm.click()
  await answered
  const began = performance.now()
  await ann.page.getByText(text).first().waitFor()
  return performance.now() - began
}

it('what Bob accepts is on Ann’s page within a second, also after a break', async () => {
  await sendToBob('for the pizza')
  await ann.context.setOffline(true)
  await ann.page.waitForTimeout(300)
  await ann.context.setOffline(false)
  expect(await bobDecides('Accept', '/accept', 'Bob accepted it.')).toBeLessThan(LIVE_MS_MAX)
  await bob.page.getByText('You accepted it. It is yours.').waitFor()
  await ann.shoot('transfer-accepted-wide')
  await bob.shoot('transfer-accepted-phone')
  expect(bob.complaints).toEqual([])
})

it('what Bob declines comes back, and Ann sees it within a second', async () => {
  await sendToBob('a mistake')
  expect(await bobDecides('Decline', '/decline', 'Bob declined it.')).toBeLessThan(LIVE_MS_MAX)
  await ann.page.goto('/')
  await ann.page.getByText('86.50').first().waitFor()
  await ann.shoot('overview-wide')
  expect([...ann.complaints, ...bob.complaints]).toEqual([])
})

it('nobody sends more than they have, and the page says so', async () => {
  const { page } = ann
  await page.goto('/send?to=bob&asset=EUR&amount=900')
  await page.getByRole('button', { name: 'Review' }).click()
  await page
    .getByText(/You have .* EUR/)
    .first()
    .waitFor()
  expect(ann.complaints).toEqual([])
})

it('what nobody accepts in time comes back by itself', { timeout: 120_000 }, async () => {
  const { page } = ann
  await page.goto(`/transfers/${expiring}`)
  await page
    .getByText('Nobody answered in time. You have it back.')
    .first()
    .waitFor({ timeout: 100_000 })
  await ann.shoot('transfer-expired-wide')
  expect(ann.complaints).toEqual([])
})

it('a newcomer’s overview stands although the transfer is known before its account', async () => {
  const carol = await openWindow(browser, bank)
  await signIn(carol, bank, await bank.register('carol'))
  const { page } = carol
  await page.getByRole('heading', { name: 'Open your first account' }).waitFor()
  // The first account is still on its way when the page learns of the transfer into it.
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/v1/wallet/accounts', async (route) => {
    await released
    await route.continue()
  })
  const sent = { to: { handle: 'carol' }, asset: 'EUR', amount: '50', message: 'a welcome' }
  await post(ann, '/v1/wallet/transfers', sent)
  await page.getByText('a welcome').waitFor()
  release()
  await page.getByRole('link', { name: /^EUR account/ }).waitFor()
  await page.getByRole('heading', { name: 'The last 90 days' }).waitFor()
  expect(carol.complaints).toEqual([])
})
