import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bank, openBank, type Somebody } from './bank'
import { launch, openAccount, openWindow, PHONE, signIn, signInHere, type Window } from './browser'
import { openShop } from './shop'

let bank: Bank
let browser: Browser
let ann: Somebody

beforeAll(async () => {
  ;[bank, browser] = await Promise.all([openBank(), launch()])
  ;[ann] = await Promise.all([bank.register('ann'), openShop(bank)])
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
})

/** Money in her wallet, as from a deposit. */
async function deposit(window: Window, units: string): Promise<void> {
  await window.page.goto('/')
  await openAccount(window, 'EUR')
  const status = await window.page.evaluate(async (amount) => {
    const card = { number: '4242424242424242', exp_month: 12, exp_year: 2040, cvc: '123' }
    const answer = await fetch('/v1/payments/deposits', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
      body: JSON.stringify({ asset: 'EUR', amount, card }),
    })
    let made = await answer.json()
    for (let tries = 0; made.status !== 'succeeded' && tries < 250; tries += 1) {
      await new Promise((done) => setTimeout(done, 100))
      made = await (await fetch(`/v1/payments/deposits/${made.id}`)).json()
    }
    return made.status
  }, units)
  expect(status).toBe('succeeded')
}

async function address({ page }: Window): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill('Ann Baker')
  await page.getByLabel('Street and number').fill('Stephansplatz 1')
  await page.getByLabel('Postcode').fill('1010')
  await page.getByLabel('Town').fill('Wien')
  await page.getByLabel('Country').selectOption('Austria')
  await page.getByRole('button', { name: 'Go on' }).click()
}

async function card({ page }: Window, number: string): Promise<void> {
  await page.getByLabel('Card number').fill(number)
  await page.getByLabel('Good until').fill('12/40')
  await page.getByLabel('Security code').fill('123')
}

async function redeem({ page }: Window, code: string): Promise<void> {
  await page.getByLabel('Promotion code').fill(code)
  await page.getByRole('button', { name: 'Redeem' }).click()
  await page.getByRole('button', { name: `Remove the code ${code.toUpperCase()}` }).waitFor()
}

describe('buying', () => {
  it('goes from a search with a typing error to an order that is paid and cancelled', async () => {
    const window = await openWindow(browser, bank)
    const { page, shoot, complaints } = window
    await signIn(window, bank, ann)
    await deposit(window, '30000')

    await page.getByRole('link', { name: 'Shop', exact: true }).click()
    await page.getByRole('heading', { name: 'New in the shop' }).waitFor()
    await shoot('shop-home')
    await page.getByRole('combobox', { name: 'Search the shop' }).fill('lenen')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('heading', { name: 'Results for “lenen”' }).waitFor()
    await page.getByRole('link', { name: 'Linen apron' }).waitFor()

    await page.getByRole('link', { name: 'All of the shop' }).click()
    await page.getByRole('link', { name: 'See everything' }).click()
    await page.getByRole('checkbox', { name: /^Oak & Thread/ }).check()
    await page.getByText('2 products').waitFor()
    await shoot('shop-search')
    await page.getByRole('link', { name: 'Linen apron' }).click()

    await page.getByRole('radio', { name: 'Red' }).check({ force: true })
    await page.getByRole('radio', { name: 'S', exact: true }).check({ force: true })
    await page.getByText('This combination doesn’t exist').waitFor()
    await page.getByRole('radio', { name: 'L', exact: true }).check({ force: true })
    await shoot('shop-product')
    await page.getByRole('button', { name: 'More of Linen apron' }).click()
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('link', { name: 'To the cart' }).click()

    await page.getByRole('heading', { name: 'Cart' }).waitFor()
    await redeem(window, 'apple10')
    await page.getByText('10 % for you').waitFor()
    await shoot('shop-cart')
    await page.getByRole('link', { name: 'To the checkout' }).click()

    await shoot('shop-checkout-empty')
    await address(window)
    await page.getByRole('radio', { name: 'Post, 2–3 days' }).check()
    await page.getByText('You have 300.00 EUR.').waitFor()
    await shoot('shop-checkout')
    await page.getByRole('button', { name: 'Pay 93.10 EUR' }).click()

    await page.getByText('Thank you! Your order is placed.').waitFor()
    const timeline = page.getByRole('list', { name: 'What happened' })
    await timeline.getByText('Paid').waitFor()
    await shoot('shop-order')
    expect(await page.getByRole('link', { name: 'Cart' }).textContent()).toBe('Cart')

    await page.getByRole('button', { name: 'Cancel the order' }).click()
    await page.getByLabel('Why?').fill('I took the wrong size')
    await page.getByRole('button', { name: 'Cancel it' }).click()
    await timeline.getByText('Cancelled').waitFor()
    await page.getByRole('main').getByRole('link', { name: 'My orders' }).first().click()
    await page.getByRole('list', { name: 'My orders' }).getByText('Cancelled').waitFor()
    await shoot('shop-orders')
    expect(complaints).toEqual([])
    await window.context.close()
  })

  it('keeps a guest’s cart, and makes it that of who signs in', async () => {
    const window = await openWindow(browser, bank, { viewport: PHONE })
    const { page, shoot, complaints } = window
    await page.goto('/shop/products/paper-lantern')
    await page.getByRole('textbox', { name: 'Quantity: Paper lantern' }).fill('12')
    await page.getByRole('textbox', { name: 'Quantity: Paper lantern' }).press('Enter')
    await page.getByText('9.90').first().waitFor()
    await page.getByLabel('It is a present').check()
    await page.getByLabel('What to write on it').fill('Happy birthday!')
    await shoot('shop-guest-product')
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('link', { name: 'To the cart' }).click()
    await page.getByText('Happy birthday!').waitFor()
    await page.reload()
    await page.getByText('118.80').first().waitFor()
    await shoot('shop-guest-cart')

    await page.getByRole('link', { name: 'To the checkout' }).click()
    await page.getByText('You can buy without an account.').waitFor()
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
    await signInHere(window, bank, ann)
    await page.getByRole('heading', { name: 'Checkout' }).waitFor()
    await page.getByText('12 × Paper lantern').waitFor()
    expect(complaints).toEqual([])
    await window.context.close()
  })

  it('needs no account where nothing is to be paid', async () => {
    const window = await openWindow(browser, bank)
    const { page, shoot, complaints } = window
    await page.goto('/shop/products/field-notes')
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('link', { name: 'To the cart' }).click()
    await redeem(window, 'GIFT')
    await redeem(window, 'FREEPOST')
    await page.getByRole('link', { name: 'To the checkout' }).click()
    await page.getByLabel('E-mail address').fill('guest@example.org')
    await address(window)
    await page.getByRole('radio', { name: 'Post, 2–3 days' }).check()
    await page.getByText('There is nothing to pay.').waitFor()
    await shoot('shop-guest-checkout')
    await page.getByRole('button', { name: 'Place the order' }).click()
    await page.getByText('This browser remembers the order').waitFor()
    await shoot('shop-guest-order')
    await page.reload()
    await page.getByText('It is a present').waitFor()
    const other = await openWindow(browser, bank)
    await other.page.goto(page.url())
    await other.page.getByRole('heading', { name: 'This order isn’t here' }).waitFor()
    await other.context.close()
    expect(complaints).toEqual([])
    await window.context.close()
  })

  it('takes another card when one is declined, and asks the bank where it wants to know', async () => {
    const window = await openWindow(browser, bank)
    const { page, shoot, complaints } = window
    await signIn(window, bank, await bank.register('carl'))
    await page.goto('/shop/products/paper-lantern')
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('link', { name: 'To the cart' }).click()
    await page.getByRole('link', { name: 'To the checkout' }).click()
    await address(window)
    await page.getByRole('radio', { name: 'Post, 2–3 days' }).check()
    await page.getByRole('radio', { name: 'By card' }).check()
    await card(window, '4000 0000 0000 0002')
    await shoot('shop-checkout-card')
    await page.getByRole('button', { name: 'Pay 17.80 EUR' }).click()
    await page.getByRole('heading', { name: /^Order \d+/ }).waitFor()
    await page.getByText('The bank declined the card.').waitFor()
    await shoot('shop-order-declined')

    await card(window, '4000 0000 0000 3220')
    await page.getByRole('button', { name: 'Pay 17.80 EUR' }).click()
    await page.getByRole('link', { name: 'Confirm with your bank' }).click()
    await page.getByRole('button', { name: 'Approve' }).click()
    const timeline = page.getByRole('list', { name: 'What happened' })
    await timeline.getByText('Paid').waitFor()
    await page.getByText('card', { exact: true }).waitFor()
    expect(complaints).toEqual([])
    await window.context.close()
  })

  it('says what went away, and takes what is left', async () => {
    const window = await openWindow(browser, bank)
    const { page, complaints } = window
    await page.goto('/shop/products/walnut-board')
    await page.getByRole('textbox', { name: /^Quantity/ }).fill('7')
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('link', { name: 'To the cart' }).click()
    await page.getByText('There are only 3 of this left.').waitFor()
    await page.getByRole('button', { name: 'Take 3' }).click()
    await page.getByText('177.00').first().waitFor()
    expect(await page.getByText('There are only').count()).toBe(0)
    expect(complaints).toEqual([])
    await window.context.close()
  })
})
