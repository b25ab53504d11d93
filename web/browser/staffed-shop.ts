import type { Browser } from 'playwright-core'
import { type Bank, openBank } from './bank'
import { launch, openWindow, signIn, type Window } from './browser'
import { openShop } from './shop'

/** A shop, and a manager who is signed in. */
export type StaffedShop = {
  readonly bank: Bank
  readonly browser: Browser
  readonly window: Window
}

export async function openStaffedShop(options: readonly string[] = []): Promise<StaffedShop> {
  const [bank, browser] = await Promise.all([openBank(options), launch()])
  const maria = await bank.register('maria')
  await Promise.all([bank.hire(maria, 'manager'), openShop(bank)])
  const window = await openWindow(browser, bank)
  await signIn(window, bank, maria)
  return { bank, browser, window }
}
