// What a buyer does in Medusa, by its REST API for shops.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const MEDUSA = 'node_modules/@medusajs/cli/cli.js'

export const name = 'Medusa'
export const id = 'medusa'
export const fill = [
  [MEDUSA, 'db:migrate'],
  [MEDUSA, 'exec', './fill.js'],
]
export const serve = [MEDUSA, 'start']
export const ready = '/health'

/** The operations, each with its number of rounds; a whole checkout is eight requests. */
export async function operations(url, products, folder) {
  const { key, region } = JSON.parse(readFileSync(join(folder, 'medusa.json'), 'utf8'))
  const call = callerOf(`${url}/store`, key)
  const some = await call('GET', `/products?limit=50&region_id=${region}`)
  const variants = some.products.flatMap((it) => it.variants.map(({ id }) => id))
  const cart = async () =>
    (await call('POST', '/carts', { region_id: region, email: 'ann@example.org' })).cart.id
  const begin = async (round) => {
    const id = await cart()
    await call('POST', `/carts/${id}/line-items`, {
      variant_id: variants[round % variants.length],
      quantity: 1,
    })
    return id
  }
  const list = async (round) => {
    const offset = round % (products - 20)
    const wanted = `limit=20&offset=${offset}&region_id=${region}&fields=*variants.calculated_price`
    const { length } = (await call('GET', `/products?${wanted}`)).products
    if (length !== 20) throw new Error(`a list of ${length}`)
  }
  return {
    list: { rounds: 100, does: list },
    add: { rounds: 80, does: begin },
    checkout: { rounds: 40, does: async (round) => buy(call, await begin(round)) },
  }
}

async function buy(call, cart) {
  const address = {
    first_name: 'Ann',
    last_name: 'Baker',
    address_1: 'Ring 1',
    city: 'Wien',
    country_code: 'at',
    postal_code: '1010',
  }
  await call('POST', `/carts/${cart}`, { shipping_address: address, billing_address: address })
  const ways = await call('GET', `/shipping-options?cart_id=${cart}`)
  const option_id = ways.shipping_options[0].id
  await call('POST', `/carts/${cart}/shipping-methods`, { option_id })
  const payment = (await call('POST', '/payment-collections', { cart_id: cart })).payment_collection
  const provider_id = 'pp_system_default'
  await call('POST', `/payment-collections/${payment.id}/payment-sessions`, { provider_id })
  const { type } = await call('POST', `/carts/${cart}/complete`, {})
  if (type !== 'order') throw new Error(`the cart became a ${type}`)
}

function callerOf(url, key) {
  const headers = { 'content-type': 'application/json', 'x-publishable-api-key': key }
  return async (method, path, body) => {
    const text = body && JSON.stringify(body)
    const answer = await fetch(url + path, { method, headers, body: text })
    const said = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`)
    return JSON.parse(said)
  }
}
