import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { objections } from './axe'
import { type Bank, until } from './bank'
import { openWindow, PHONE, signIn, WIDE, type Window } from './browser'
import { buy, checkOut, deliver } from './shop'
import { openStaffedShop } from './staffed-shop'

let bank: Bank
let browser: Browser
let staff: Window
let ben: Window

beforeAll(async () => {
  ;({ bank, browser, window: staff } = await openStaffedShop())
  ben = await openWindow(browser, bank, { viewport: PHONE })
  await signIn(ben, bank, await bank.register('ben'))
})
afterAll(async () => {
  await browser?.close()
  await bank?.stop()
})

/** Asks on the open page of an order for one piece of something to be taken back. */
async function ask({ page }: Window, what: string, why: string): Promise<void> {
  await page.getByRole('button', { name: 'Send something back' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('checkbox', { name: what }).check()
  await dialog.getByLabel('Pieces').fill('1')
  await dialog.getByLabel('Why?').selectOption(why)
  await dialog.getByRole('button', { name: 'Ask for the return' }).click()
  await page.getByText('The shop was asked.').first().waitFor()
}

/** Opens the newest return in a state, as its staff finds it. */
async function open({ page }: Window, state: string): Promise<void> {
  await page.goto('/staff/shop/orders')
  await page.getByRole('link', { name: 'Returns' }).click()
  await page.getByLabel('State').selectOption(state)
  const row = page.getByRole('row', { name: new RegExp(state) }).first()
  await row.getByRole('link').first().click()
  await page.getByRole('heading', { name: /^Return of/ }).waitFor()
}

it('a return is asked for, approved, received in parts, and paid back', async () => {
  const { id, number } = await buy(bank, ben, { NOTES: 3, CAN: 1 })
  await ben.page.goto(`/shop/orders/${id}`)
  await ben.page.getByText('Is being packed').waitFor()
  expect(await ben.page.getByText('Send something back').count()).toBe(0)
  await deliver(bank, id)

  await ben.page.reload()
  await ben.page.getByRole('button', { name: 'Send something back' }).click()
  const asking = ben.page.getByRole('dialog')
  await asking.getByRole('button', { name: 'Ask for the return' }).click()
  await asking.getByText('Choose at least one thing.').waitFor()
  await asking.getByRole('checkbox', { name: 'Field notebook' }).check()
  await asking.getByLabel('Pieces').fill('4')
  await asking.getByRole('button', { name: 'Ask for the return' }).click()
  await asking.getByText('Enter a number from 1 to 3.').waitFor()
  await asking.getByText('Choose why.').waitFor()
  await asking.getByLabel('Pieces').fill('2')
  await asking.getByLabel('Why?').selectOption('Broken or faulty')
  await asking.getByLabel('Anything to add?').fill('The binding of both came loose.')
  await ben.shoot('shop-return-asking-phone')
  expect(await objections(ben.page)).toEqual([])
  await asking.getByRole('button', { name: 'Ask for the return' }).click()
  await ben.page.getByText('Waits for the shop’s answer').waitFor()
  await ben.shoot('shop-return-phone')

  const { page } = staff
  await open(staff, 'Asked for')
  await page.getByText('The binding of both came loose.').waitFor()
  await staff.shoot('staff-shop-return-asked')
  await page.getByRole('button', { name: 'Approve' }).click()
  await page.getByLabel('Anything to tell the buyer?').fill('Put the number of the order inside.')
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
  await page.getByText('Waits for the goods').waitFor()

  await page.getByRole('button', { name: 'Receive' }).click()
  const arrived = page.getByRole('dialog')
  expect(await arrived.getByLabel('Written off').inputValue()).toBe('2')
  await arrived.getByLabel('On a shelf again').fill('1')
  await arrived.getByRole('button', { name: 'Receive' }).click()
  await arrived.getByText('It is about 2 only.').waitFor()
  await arrived.getByLabel('Written off').fill('1')
  await staff.shoot('staff-shop-return-receiving')
  expect(await objections(page)).toEqual([])
  await arrived.getByRole('button', { name: 'Receive' }).click()
  await page.getByText('1 on a shelf again, 1 written off').waitFor()
  await page.getByText('Money given back').waitFor()
  await page.getByText('17.00').first().waitFor()
  await staff.shoot('staff-shop-return-done')
  await page.getByRole('link', { name: 'All returns' }).click()
  await page.getByRole('link', { name: `Order ${number}` }).waitFor()
  await staff.shoot('staff-shop-returns')

  await ben.page.reload()
  await ben.page.getByText('Put the number of the order inside.').waitFor()
  await ben.page.getByText('For what came back').waitFor()
  const file = ben.page.waitForEvent('download')
  await ben.page.getByRole('button', { name: /^Download Credit note/ }).click()
  expect((await file).suggestedFilename()).toMatch(/\.pdf$/)
  await ben.page.setViewportSize({ width: 1280, height: 900 })
  await ben.shoot('shop-return-done')
  await ben.page.setViewportSize(PHONE)
  const stock = (await bank.operator('GET', '/v1/shop/stock/NOTES')) as { sellable: string }
  expect(stock.sellable).toBe('198')
  expect(ben.complaints).toEqual([])
  expect(staff.complaints).toEqual([])
})

it('a return is called off by its buyer, or refused with a reason', async () => {
  const { id } = await buy(bank, ben, { LANTERN: 2 })
  await until('the order', async () => {
    const { status } = (await bank.operator('GET', `/v1/shop/orders/${id}`)) as { status: string }
    return status === 'paid' ? status : null
  })
  await deliver(bank, id)
  await ben.page.goto(`/shop/orders/${id}`)
  await ask(ben, 'Paper lantern', 'Not wanted after all')
  await ben.page.getByRole('button', { name: 'Call the return off' }).click()
  await ben.page.getByRole('button', { name: 'Call it off' }).click()
  await ben.page.getByText('Called off', { exact: true }).waitFor()
  await ask(ben, 'Paper lantern', 'Something else')

  const { page } = staff
  await open(staff, 'Asked for')
  await page.getByRole('button', { name: 'Refuse' }).click()
  await page.getByRole('button', { name: 'Refuse the return' }).click()
  await page.getByText('Say why: the buyer reads it.').waitFor()
  await page.getByRole('dialog').getByLabel('Why?').fill('It was made to measure for you.')
  await page.getByRole('button', { name: 'Refuse the return' }).click()
  await page.getByText('The return is refused.').waitFor()
  await ben.page.reload()
  await ben.page.getByText('It was made to measure for you.').waitFor()
  await ben.shoot('shop-return-refused-phone')
  expect(ben.complaints).toEqual([])
  expect(staff.complaints).toEqual([])
})

it('staff takes something back, receives it without money, and closes it', async () => {
  const { id } = await buy(bank, ben, { CAN: 2 })
  await deliver(bank, id)
  const { page } = staff
  await page.goto(`/staff/shop/orders/${id}`)
  await page.getByRole('button', { name: 'Take something back' }).click()
  await page.getByLabel('Why?').selectOption('Not what was ordered')
  await page.getByRole('button', { name: 'Make the return' }).click()
  await page.getByRole('link', { name: /^Return of/ }).click()
  await page.getByRole('button', { name: 'Receive' }).click()
  await page.getByLabel('Give the money for it back').uncheck()
  await page.getByLabel('On a shelf again').fill('1')
  await page.getByRole('dialog').getByRole('button', { name: 'Receive' }).click()
  await page.getByText('1 on a shelf again, 1 didn’t come').waitFor()
  await page.getByText('The shop decides about the money').waitFor()
  await staff.shoot('staff-shop-return-received')
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await page.getByRole('button', { name: 'Close the return' }).click()
  await page.getByText('The return is closed.').waitFor()
  await page.goto(`/staff/shop/orders/${id}`)
  await page.getByRole('link', { name: /^Return of/ }).waitFor()
  await staff.shoot('staff-shop-order-with-return')
  expect(staff.complaints).toEqual([])
})

it('the same is sent once more in place of what was broken', async () => {
  const { id } = await buy(bank, ben, { NOTES: 1 })
  await deliver(bank, id)
  await ben.page.goto(`/shop/orders/${id}`)
  await ben.page.getByRole('button', { name: 'Send something back' }).click()
  const asking = ben.page.getByRole('dialog')
  await asking.getByLabel('Why?').selectOption('Broken or faulty')
  await asking.getByLabel('What would you like for it?').selectOption('The same once more')
  await asking.getByRole('button', { name: 'Ask for the return' }).click()
  await ben.page.getByText('Sent instead: 1 × NOTES').waitFor()

  const { page } = staff
  await open(staff, 'Asked for')
  await page.getByText('Sent instead: 1 × NOTES').waitFor()
  await page.getByRole('button', { name: 'Approve' }).click()
  await page.getByLabel('What is sent instead may go before the goods are here').check()
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
  await page.getByRole('link', { name: 'The order by which it is sent' }).click()
  await page.getByText('In place of what came back').waitFor()
  await page.getByText('Paid').first().waitFor()
  await staff.shoot('staff-shop-exchange')
  await ben.page.getByRole('link', { name: 'The order by which it is sent' }).click()
  await ben.page.getByText('what came back').first().waitFor()
  await ben.shoot('shop-exchange-phone')
  expect(ben.complaints).toEqual([])
  expect(staff.complaints).toEqual([])
})

it('another size is sent in place of what didn’t fit, and its buyer pays what it costs more', async () => {
  const sizes = Object.entries({ S: '1500', M: '1500', L: '1900' })
  await bank.operator('POST', '/v1/shop/products', {
    handle: 'wool-socks',
    title: 'Wool socks',
    status: 'active',
    options: [{ name: 'Size', values: sizes.map(([size]) => size) }],
    variants: sizes.map(([size, amount]) => ({
      sku: `SOCKS-${size}`,
      title: size,
      options: { Size: size },
      prices: [{ currency: 'EUR', amount, tiers: [] }],
      weight_g: 80,
    })),
  })
  await bank.operator('POST', '/v1/shop/stock/changes', {
    kind: 'receive',
    reference: 'for the winter',
    items: sizes.map(([size]) => ({ sku: `SOCKS-${size}`, quantity: '5' })),
  })
  const { id } = await buy(bank, ben, { 'SOCKS-S': 1 })
  await deliver(bank, id)
  await ben.page.goto(`/shop/orders/${id}`)
  await ben.page.getByRole('button', { name: 'Send something back' }).click()
  const asking = ben.page.getByRole('dialog')
  await asking.getByLabel('Why?').selectOption('Not wanted after all')
  const instead = asking.getByLabel('What would you like for it?')
  await instead.selectOption('Another one: M')
  await asking.getByText('nobody pays anything').waitFor()
  await instead.selectOption('Another one: L, 4.00 EUR more')
  await asking.getByText('At today’s prices that costs 4.00 EUR more.').waitFor()
  await ben.shoot('shop-exchange-asking-phone')
  await ben.page.setViewportSize(WIDE)
  await ben.shoot('shop-exchange-asking')
  await ben.page.setViewportSize(PHONE)
  expect(await objections(ben.page)).toEqual([])
  await asking.getByRole('button', { name: 'Ask for the return' }).click()
  await ben.page.getByText('Sent instead: 1 × SOCKS-L').waitFor()

  const { page } = staff
  await open(staff, 'Asked for')
  const back = page.url()
  await page.getByRole('button', { name: 'Approve' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
  await page.getByText('The return is approved.').waitFor()

  await ben.page.reload()
  await ben.page.getByRole('link', { name: 'The order by which it is sent' }).click()
  await ben.page.getByText('What you send back pays 15.00 EUR of it').waitFor()
  await ben.shoot('shop-exchange-rest-phone')
  expect(await objections(ben.page)).toEqual([])
  await ben.page.getByRole('radio', { name: 'From your wallet' }).check()
  await ben.page.getByRole('button', { name: 'Pay 4.00 EUR' }).click()
  await ben.page.getByRole('button', { name: 'Pay 4.00 EUR' }).waitFor({ state: 'hidden' })

  await page.getByRole('button', { name: 'Receive' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Receive' }).click()
  await page.getByText('Counted towards what is sent instead').waitFor()
  await staff.shoot('staff-shop-exchange-received')
  await page.getByRole('link', { name: 'The order by which it is sent' }).click()
  await page.getByText('Paid', { exact: true }).first().waitFor()
  await page.getByRole('link', { name: 'In place of what came back' }).click()
  await page.waitForURL(back)
  await ben.page.reload()
  await ben.page.getByText('your wallet, what came back').waitFor()
  await ben.shoot('shop-exchange-paid-phone')
  await ben.page.getByRole('link', { name: 'What came back of another order' }).click()
  await ben.page.getByText('Counted towards what is sent instead').waitFor()
  await ben.page.setViewportSize(WIDE)
  await ben.shoot('shop-exchange-first')
  await ben.page.setViewportSize(PHONE)
  expect(ben.complaints).toEqual([])
  expect(staff.complaints).toEqual([])
})

it('a guest finds what is sent instead by the token of the first order', async () => {
  const guest = await openWindow(browser, bank)
  const { page, complaints } = guest
  await checkOut(guest)
  await page.getByLabel('Card number').fill('4242 4242 4242 4242')
  await page.getByLabel('Good until').fill('12/40')
  await page.getByLabel('Security code').fill('123')
  await page.getByRole('button', { name: 'Pay 17.80 EUR' }).click()
  await page.getByText('Is being packed').waitFor()
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  await deliver(bank, id)
  await page.reload()
  await page.getByRole('button', { name: 'Send something back' }).click()
  await page.getByLabel('Why?').selectOption('Broken or faulty')
  await page.getByLabel('What would you like for it?').selectOption('The same once more')
  await page.getByRole('button', { name: 'Ask for the return' }).click()
  await page.getByText('Sent instead: 1 × LANTERN').waitFor()
  const returns = await bank.operator('GET', `/v1/shop/orders/${id}/returns`)
  const [asked] = (returns as { data: { id: string }[] }).data
  await bank.operator('POST', `/v1/shop/returns/${asked?.id}/approve`, {})
  await page.reload()
  await page.getByRole('link', { name: 'The order by which it is sent' }).click()
  await page.getByText('What you send back pays 12.90 EUR of it').waitFor()
  await page.reload()
  await page.getByRole('link', { name: 'What came back of another order' }).click()
  await page.getByText('Sent instead: 1 × LANTERN').waitFor()
  expect(complaints).toEqual([])
  await guest.context.close()
})
