import { vi } from 'vitest'
import type { Window } from './browser'

/** Calls the API as the page would, and gives the answer; a guest with the cart's token. */
async function ask({ page }: Window, method: string, path: string, body?: unknown) {
  const call = { method, path, body: body && JSON.stringify(body), key: crypto.randomUUID() }
  return page.evaluate(async (it) => {
    const { token } = JSON.parse(localStorage.getItem('bushel.shop.cart') ?? '{}')
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': it.key,
      ...(token && { 'cart-token': token }),
    }
    const answer = await fetch(it.path, { method: it.method, headers, body: it.body as string })
    if (!answer.ok) throw new Error(`${it.path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }, call)
}

type Find = (window: Window) => Promise<string>

/** A cart with something in it, as the pages remember it. */
export async function filledCart(window: Window): Promise<{ id: string }> {
  const { page } = window
  await page.evaluate(() => localStorage.removeItem('bushel.shop.cart'))
  const cart = await ask(window, 'POST', '/v1/shop/carts', { currency: 'EUR' })
  await page.evaluate(async ({ id, token }) => {
    const profile = await fetch('/v1/identity/profile')
    const user = profile.ok ? (await profile.json()).id : undefined
    const ref = { id, currency: 'EUR', user, token }
    localStorage.setItem('bushel.shop.cart', JSON.stringify(ref))
  }, cart)
  const items = [
    { sku: 'NOTES', quantity: 2 },
    { sku: 'APRON-RED-L', quantity: 1, gift_note: 'Happy birthday!' },
  ]
  await ask(window, 'POST', `/v1/shop/carts/${cart.id}/lines`, { items })
  const { shipping_offers: offers } = await ask(window, 'PATCH', `/v1/shop/carts/${cart.id}`, {
    codes: ['GIFT', 'FREEPOST'],
    email: 'guest@example.org',
    shipping_address: {
      name: 'Gerda Gast',
      street: 'Stephansplatz 1',
      postcode: '1010',
      city: 'Wien',
      country: 'AT',
    },
  })
  const method = { shipping_method: offers[0].id }
  return ask(window, 'PATCH', `/v1/shop/carts/${cart.id}`, method)
}

const first =
  (path: string): Find =>
  async (window) =>
    (await ask(window, 'GET', path)).data[0].id

const made =
  (path: string, body: unknown): Find =>
  async (window) =>
    (await ask(window, 'POST', path, body)).id

const euros = { asset: 'EUR', amount: '500' }
const confirmed = { number: '4000000000003220', exp_month: 12, exp_year: 2040, cvc: '123' }

/** The token of a question by the card's bank, which comes soon after the deposit. */
const sandboxToken: Find = async (window) => {
  const { id } = await ask(window, 'POST', '/v1/payments/deposits', { ...euros, card: confirmed })
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const { next_action: next } = await ask(window, 'GET', `/v1/payments/deposits/${id}`)
    if (next) return next.url.split('/').at(-1)
    await window.page.waitForTimeout(100)
  }
  throw new Error('no question by the bank')
}

const application = {
  name: 'Orchard Books',
  kind: 'public',
  grant_types: ['authorization_code'],
  scopes: ['openid', 'profile', 'wallet.read'],
  redirect_uris: ['https://books.example/callback'],
}

/** Where an application sends its users, who are asked then whether they allow it. */
const authorization: Find = async (window) => {
  const { id } = await ask(window, 'POST', '/v1/oauth/applications', application)
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: id,
    redirect_uri: application.redirect_uris[0] ?? '',
    scope: application.scopes.join(' '),
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })
  return `/oauth/authorize?${query}`
}

/** An order for nothing, which guests may place, too; the page shows it by the cart's token. */
const ordered: Find = async (window) => {
  const { id } = await filledCart(window)
  const order = (await ask(window, 'POST', `/v1/shop/carts/${id}/complete`, { total: '0' })).id
  await window.page.evaluate((it) => {
    const { token } = JSON.parse(localStorage.getItem('bushel.shop.cart') ?? '{}')
    if (token) localStorage.setItem('bushel.shop.orders', JSON.stringify({ [it]: token }))
    localStorage.removeItem('bushel.shop.cart')
  }, order)
  return order
}

/** Something of an order that was sent is to come back. */
const returned: Find = async (window) => {
  const order = await ordered(window)
  await ask(window, 'POST', `/v1/shop/orders/${order}/shipments`, {})
  const { lines } = await ask(window, 'GET', `/v1/shop/orders/${order}`)
  const back = { lines: [{ line: lines[0].id, quantity: 1, reason: 'damaged' }] }
  return (await ask(window, 'POST', `/v1/shop/orders/${order}/returns`, back)).id
}

/** A file that was worked off, of which a line was refused. */
const imported: Find = async ({ page }) =>
  page.evaluate(async () => {
    const headers = { 'content-type': 'text/csv', 'idempotency-key': crypto.randomUUID() }
    const body = 'handle,sku,title,price.EUR\nold-chair,CHAIR,Old chair,4500\n,,,\n'
    const sent = await fetch('/v1/shop/imports', { method: 'POST', headers, body })
    const { id } = await sent.json()
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const { status } = await (await fetch(`/v1/shop/imports/${id}`)).json()
      if (status === 'done') return id
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('the import is not done')
  })

/** Pages that are come to by another address. */
const WAYS: Readonly<Record<string, Find>> = { '/consent': authorization }

/** What stands in an address in place of a `$`; each such page needs one. */
const EXAMPLES: Readonly<Record<string, Find>> = {
  '/transfers/$id': first('/v1/wallet/transfers'),
  '/accounts/$id': first('/v1/wallet/accounts'),
  '/requests/$id': first('/v1/wallet/requests'),
  '/schedules/$id': first('/v1/wallet/schedules'),
  '/payments/deposits/$id': first('/v1/payments/deposits'),
  '/payments/withdrawals/$id': made('/v1/payments/withdrawals', {
    ...euros,
    destination: { iban: 'AT611904300234573201', name: 'Mia Schneider' },
  }),
  '/payments/sandbox/$token': sandboxToken,
  '/developers/applications/$id': made('/v1/oauth/applications', application),
  '/developers/webhooks/$id': made('/v1/notifications/webhooks', {
    url: 'https://example.com/hooks/bushel',
    kinds: ['schedule.*'],
  }),
  '/staff/users/$id': first('/v1/admin/users?q=mia'),
  '/staff/adjustments/$id': first('/v1/admin/adjustments'),
  '/staff/transfers/$id': async (window) =>
    (await ask(window, 'GET', '/v1/wallet/overview/transfers')).data[0].transfer.id,
  '/staff/payments/reconciliations/$id': made('/v1/payments/reconciliations', {}),
  '/staff/mailbox/$id': first('/v1/notifications/mailbox'),
  '/shop/categories/$handle': async () => 'kitchen',
  '/shop/collections/$handle': async () => 'small-presents',
  '/shop/products/$handle': async () => 'linen-apron',
  '/shop/orders/$id': (window) => ordered(window),
  '/staff/shop/orders/$id': (window) => ordered(window),
  '/staff/shop/returns/$id': (window) => returned(window),
  '/staff/shop/products/$id': first('/v1/shop/products?filter[category]=kitchen'),
  '/staff/shop/imports/$id': imported,
  '/staff/shop/price-lists/$id': made('/v1/shop/price-lists', {
    title: 'Prices of a very long sale for wholesale customers in all of the country',
    currency: 'EUR',
    customer_group: 'wholesale',
    until: '2040-01-01T00:00:00Z',
  }),
  '/staff/shop/collections/$id': first('/v1/shop/collections'),
  '/staff/shop/stock/$sku': async () => 'LANTERN',
}

export type Route = { readonly path: string; readonly who: 'nobody' | 'person' | 'staff' }

/** All pages of the router, without the addresses that only lead on. */
export async function routesOfTheApp(): Promise<readonly Route[]> {
  // The landing page shows where it stands.
  vi.stubGlobal('location', new URL('http://localhost'))
  const { router } = await import('@/app/router')
  vi.unstubAllGlobals()
  return Object.entries(router.routesByPath)
    .filter(([, { options }]) => !('beforeLoad' in options && options.beforeLoad))
    .map(([path, { id }]) => ({ path, who: whoOpens(id) }))
}

function whoOpens(id: string): Route['who'] {
  if (id.startsWith('/in/staff')) return 'staff'
  return /^\/(in|either|plain\/asked)\//.test(id) ? 'person' : 'nobody'
}

/** The address of a page, about something that there is. */
export async function addressOf(path: string, window: Window): Promise<string> {
  const way = WAYS[path]
  if (way) return way(window)
  const [sign] = /\$[a-z]+/.exec(path) ?? []
  if (!sign) return path
  const start = path.slice(0, path.indexOf(sign) + sign.length)
  const find = EXAMPLES[start]
  if (!find) throw new Error(`what is ${sign} in ${path}? Say so in EXAMPLES (browser/routes.ts)`)
  return path.replace(sign, await find(window))
}
