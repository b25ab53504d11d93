import type { Bank } from './bank'
import type { Window } from './browser'
import { pictureOf } from './pictures'

/** What the shop of the tests sells, by handle. */
export type Shop = {
  readonly products: Readonly<Record<string, string>>
}

type Made = { readonly id: string; readonly version?: string }

const euros = (amount: string, tiers: readonly { min_quantity: number; amount: string }[] = []) => [
  { currency: 'EUR', amount, tiers },
]

const CATEGORIES = [
  { handle: 'kitchen', title: 'Kitchen', translations: { de: { title: 'Küche' } } },
  { handle: 'garden', title: 'Garden', translations: { de: { title: 'Garten' } } },
  { handle: 'reading', title: 'Reading', translations: { de: { title: 'Lesen' } } },
]

const SIZES = ['S', 'M', 'L']
const COLOURS = ['Green', 'Red']

/** Two options, of which one combination doesn't exist. */
const apron = {
  handle: 'linen-apron',
  title: 'Linen apron',
  vendor: 'Oak & Thread',
  description:
    'A heavy linen apron that gets softer with every wash.\n\nTwo deep pockets, a loop for a towel, and straps long enough to tie in front.',
  categories: ['kitchen'],
  tags: ['linen', 'present'],
  options: [
    { name: 'Colour', values: COLOURS },
    { name: 'Size', values: SIZES },
  ],
  variants: COLOURS.flatMap((colour) =>
    SIZES.filter((size) => !(colour === 'Red' && size === 'S')).map((size) => ({
      sku: `APRON-${colour.toUpperCase()}-${size}`,
      title: `${colour} / ${size}`,
      options: { Colour: colour, Size: size },
      prices: euros('4900'),
      weight_g: 420,
    })),
  ),
}

const simple = [
  {
    handle: 'paper-lantern',
    title: 'Paper lantern',
    vendor: 'Kobo',
    category: 'garden',
    tags: ['light', 'present'],
    sku: 'LANTERN',
    prices: euros('1290', [
      { min_quantity: 10, amount: '990' },
      { min_quantity: 50, amount: '790' },
    ]),
    stock: '120',
    colour: [214, 92, 60],
    de: 'Papierlaterne',
  },
  {
    handle: 'walnut-board',
    title: 'Walnut chopping board',
    vendor: 'Oak & Thread',
    category: 'kitchen',
    tags: ['wood'],
    sku: 'BOARD',
    prices: euros('5900'),
    stock: '3',
    colour: [110, 72, 44],
    de: 'Schneidbrett aus Nussholz',
  },
  {
    handle: 'watering-can',
    title: 'Watering can, 5 l',
    vendor: 'Brook',
    category: 'garden',
    tags: [],
    sku: 'CAN',
    prices: euros('3450'),
    stock: '40',
    colour: [70, 110, 130],
    de: 'Gießkanne, 5 l',
  },
  {
    handle: 'field-notes',
    title: 'Field notebook',
    vendor: 'Kobo',
    category: 'reading',
    tags: ['paper', 'present'],
    sku: 'NOTES',
    prices: euros('850'),
    stock: '200',
    colour: [60, 120, 84],
    de: 'Feldbuch',
  },
  {
    handle: 'reading-lamp',
    title: 'Reading lamp',
    vendor: 'Brook',
    category: 'reading',
    tags: ['light'],
    sku: 'LAMP',
    prices: euros('8900'),
    stock: '0',
    colour: [226, 178, 70],
    de: 'Leselampe',
  },
] as const

/**
 * Opens a shop by the public API, also beside that of the demo world: categories, products with
 * pictures, stock, taxes, shipping.
 */
export async function openShop(bank: Bank): Promise<Shop> {
  const { operator } = bank
  for (const category of CATEGORIES) await operator('POST', '/v1/shop/categories', category)
  await operator('PUT', '/v1/shop/tax-rates/AT/standard', { rate: 200_000, title: 'USt 20 %' })
  await patch(bank, '/v1/shop/settings', { home_country: 'AT' })
  const method = (handle: string, title: string, amount: string) => ({
    handle,
    title,
    countries: ['AT', 'DE'],
    rates: [{ currency: 'EUR', amount }],
  })
  await operator('POST', '/v1/shop/shipping-methods', method('letter', 'Post, 2–3 days', '490'))
  await operator('POST', '/v1/shop/shipping-methods', method('overnight', 'By tomorrow', '1290'))
  const promote = (code: string, title: string, effect: object) =>
    operator('POST', '/v1/shop/promotions', { code, title, effect })
  await promote('APPLE10', '10 % for you', { kind: 'percentage', rate: 100_000 })
  await promote('GIFT', 'It is a present', { kind: 'percentage', rate: 1_000_000 })
  await promote('FREEPOST', 'Free shipping', { kind: 'free_shipping' })
  const products: Record<string, string> = {}
  for (const it of [...simple].reverse()) {
    products[it.handle] = await put(bank, {
      handle: it.handle,
      title: it.title,
      vendor: it.vendor,
      description: `${it.title}, made to be used for years.`,
      translations: { de: { title: it.de } },
      categories: [it.category],
      tags: it.tags,
      variants: [{ sku: it.sku, prices: it.prices, weight_g: 300 }],
    })
    await picture(bank, products[it.handle] ?? '', it.title, it.colour)
    if (it.stock !== '0') await receive(bank, { [it.sku]: it.stock })
  }
  products[apron.handle] = await put(bank, apron)
  const id = products[apron.handle] ?? ''
  const { variants } = (await operator('GET', `/v1/shop/products/${id}`)) as {
    variants: { id: string; options: { Colour: string } }[]
  }
  const of = (colour: string) => variants.find(({ options }) => options.Colour === colour)?.id
  await picture(bank, id, 'A green apron', [52, 110, 78], of('Green'))
  await picture(bank, id, 'A red apron', [172, 52, 48], of('Red'))
  await receive(bank, Object.fromEntries(apron.variants.map(({ sku }) => [sku, '12'])))
  const collection = {
    handle: 'small-presents',
    title: 'Small presents',
    rules: { tags: ['present'] },
  }
  await operator('POST', '/v1/shop/collections', collection)
  return { products }
}

async function put(bank: Bank, product: object): Promise<string> {
  const made = { status: 'active', ...product }
  return ((await bank.operator('POST', '/v1/shop/products', made)) as Made).id
}

async function receive({ operator }: Bank, items: Readonly<Record<string, string>>) {
  await operator('POST', '/v1/shop/stock/changes', {
    kind: 'receive',
    reference: 'first delivery',
    items: Object.entries(items).map(([sku, quantity]) => ({ sku, quantity })),
  })
}

async function patch({ operator, version }: Bank, path: string, body: object): Promise<void> {
  await operator('PATCH', path, body, await version(path))
}

async function picture(
  { upload }: Bank,
  product: string,
  alt: string,
  colour: readonly [number, number, number],
  variant?: string,
): Promise<void> {
  const query = new URLSearchParams({ alt, ...(variant && { variant }) })
  await upload(`/v1/shop/products/${product}/images?${query}`, 'image/png', pictureOf(colour))
}

/** What somebody bought by the API, as their page would, paid from their wallet. */
export async function buy(
  bank: Bank,
  { page }: Window,
  pieces: Readonly<Record<string, number>>,
): Promise<{ readonly id: string; readonly number: number }> {
  const items = Object.entries(pieces).map(([sku, quantity]) => ({ sku, quantity }))
  const address = {
    name: 'Ben Carter',
    street: 'Stephansplatz 1',
    postcode: '1010',
    city: 'Wien',
    country: 'AT',
  }
  const { data } = (await bank.operator('GET', '/v1/shop/shipping-methods')) as {
    data: { id: string }[]
  }
  const card = { number: '4242424242424242', exp_month: 12, exp_year: 2040, cvc: '123' }
  return page.evaluate(
    async (it) => {
      const call = async (method: string, path: string, body?: unknown) => {
        const headers = {
          'content-type': 'application/json',
          'idempotency-key': crypto.randomUUID(),
        }
        const answer = await fetch(path, { method, headers, body: JSON.stringify(body) })
        if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
        return answer.json()
      }
      const accounts = await call('GET', '/v1/wallet/accounts')
      const account = (known: { data: { asset: string; available: string }[] }) =>
        known.data.find(({ asset }) => asset === 'EUR')
      if (!account(accounts)) await call('POST', '/v1/wallet/accounts', { asset: 'EUR' })
      const deposit = { asset: 'EUR', amount: '20000', card: it.card }
      await call('POST', '/v1/payments/deposits', deposit)
      const before = BigInt(account(accounts)?.available ?? '0')
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const now = account(await call('GET', '/v1/wallet/accounts'))
        if (BigInt(now?.available ?? '0') > before) break
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      const { id } = await call('POST', '/v1/shop/carts', { currency: 'EUR' })
      await call('POST', `/v1/shop/carts/${id}/lines`, { items: it.items })
      const cart = await call('PATCH', `/v1/shop/carts/${id}`, {
        email: 'ben@example.org',
        shipping_address: it.address,
        shipping_method: it.method,
      })
      return call('POST', `/v1/shop/carts/${id}/complete`, {
        total: cart.total,
        payments: [{ kind: 'wallet' }],
      })
    },
    { items, address, card, method: data[0]?.id },
  )
}

/** A guest with a lantern in the cart, up to the choice of how to pay. */
export async function checkOut({ page }: Window): Promise<void> {
  await page.goto('/shop/products/paper-lantern')
  await page.getByRole('button', { name: 'Add to cart' }).click()
  await page.getByRole('link', { name: 'To the cart' }).click()
  await page.getByRole('link', { name: 'To the checkout' }).click()
  await page.getByLabel('E-mail address').fill('guest@example.org')
  await page.getByLabel('Name', { exact: true }).fill('Gerda Gast')
  await page.getByLabel('Street and number').fill('Stephansplatz 1')
  await page.getByLabel('Postcode').fill('1010')
  await page.getByLabel('Town').fill('Wien')
  await page.getByLabel('Country').selectOption('Austria')
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('radio', { name: 'Post, 2–3 days' }).check()
  await page.getByRole('radio', { name: 'By card' }).check()
}

/** Sends all that is open of an order, and the parcel arrives. */
export async function deliver({ operator }: Bank, order: string): Promise<void> {
  const path = `/v1/shop/orders/${order}/shipments`
  const parcel = (await operator('POST', path, {})) as Made
  await operator('POST', `${path}/${parcel.id}/deliver`)
}
