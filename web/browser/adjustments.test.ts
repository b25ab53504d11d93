import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bank, openBank } from './bank'
import { launch, openAccount, openWindow, PHONE, signIn, type Window } from './browser'

let bank: Bank
let browser: Browser
/** Has an account with nothing in it. */
let ann: Window
/** Two managers: each of them may propose and approve. */
let mo: Window
let kim: Window

beforeAll(async () => {
  ;[bank, browser] = await Promise.all([openBank(), launch()])
  ann = await openWindow(browser, bank, { viewport: PHONE })
  await signIn(ann, bank, await bank.register('ann'))
  await openAccount(ann, 'EUR')
  mo = await manager('mo')
  kim = await manager('kim')
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
})

async function manager(handle: string): Promise<Window> {
  const person = await bank.register(`${handle}-manages`)
  await bank.hire(person, 'manager')
  const window = await openWindow(browser, bank)
  await signIn(window, bank, person)
  return window
}

/** Mo proposes that Ann gets something; gives the address of the proposal. */
async function moProposes(amount: string, reason: string): Promise<string> {
  const { page } = mo
  await page.goto('/staff/adjustments')
  await page.getByRole('link', { name: 'Propose an adjustment' }).click()
  await page.getByRole('searchbox').fill('ann')
  await page.getByRole('searchbox').press('Enter')
  await page.getByRole('list', { name: 'Users found' }).getByRole('link', { name: /Ann/ }).click()
  await page.getByLabel('Direction').selectOption('credit')
  await page.getByLabel('Amount').fill(amount)
  await page.getByLabel('Reason').fill(reason)
  await page.getByRole('button', { name: 'Propose', exact: true }).click()
  await page.getByText('Waits for a second person').waitFor()
  return new URL(page.url()).pathname
}

it('what one manager proposes another approves, and Ann has it', async () => {
  const path = await moProposes('12.34', 'A fee that was taken twice')
  await mo.page.getByText('You proposed this, so somebody else has to').waitFor()
  expect(await mo.page.getByRole('button', { name: 'Approve' }).count()).toBe(0)
  await mo.shoot('adjustment-own-proposal')
  // The page doesn't offer it, and the server doesn't do it.
  const id = path.split('/').at(-1)
  const own = await mo.page.evaluate(
    async (url) => (await fetch(url, { method: 'POST' })).status,
    `/v1/admin/adjustments/${id}/approve`,
  )
  expect(own).toBe(403)

  await kim.page.goto(path)
  await kim.page.getByText('A fee that was taken twice').waitFor()
  await kim.page.getByRole('button', { name: 'Approve' }).click()
  const dialog = kim.page.getByRole('dialog', { name: 'Approve and carry out?' })
  await kim.shoot('adjustment-approve')
  await dialog.getByRole('button', { name: 'Approve' }).click()
  await kim.page.getByText('The ledger has moved the amount').waitFor()
  await kim.page.getByText('Approved by Kim-manages').waitFor()
  await kim.shoot('adjustment-applied')

  await ann.page.goto('/')
  await ann.page.getByText('12.34').first().waitFor()
  await ann.shoot('overview-adjusted-phone')
  expect([...mo.complaints, ...kim.complaints, ...ann.complaints]).toEqual([])
})

it('what is rejected moves nothing, and says why', async () => {
  const path = await moProposes('99', 'A guess')
  await kim.page.goto(path)
  await kim.page.getByRole('button', { name: 'Reject' }).click()
  const dialog = kim.page.getByRole('dialog', { name: 'Reject this adjustment?' })
  await dialog.getByLabel('Reason').fill('No')
  await dialog.getByRole('button', { name: 'Reject' }).click()
  await expect.poll(() => dialog.getByLabel('Reason').getAttribute('aria-invalid')).toBe('true')
  await dialog.getByLabel('Reason').fill('There is no ticket for it')
  await dialog.getByRole('button', { name: 'Reject' }).click()
  await kim.page.getByText('Rejected by Kim-manages: There is no ticket for it').waitFor()

  await mo.page.reload()
  await mo.page.getByText('There is no ticket for it').waitFor()
  await mo.shoot('adjustment-rejected')
  await ann.page.goto('/')
  await ann.page.getByText('12.34').first().waitFor()
  expect([...mo.complaints, ...kim.complaints, ...ann.complaints]).toEqual([])
})
