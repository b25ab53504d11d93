// What a buyer does in Vendure, by its GraphQL API for shops.

const PRODUCTS = `query($skip: Int) { products(options: { take: 20, skip: $skip }) {
  totalItems
  items { id name slug description variants { id sku name priceWithTax currencyCode stockLevel } }
} }`
const ORDER = `{ __typename
  ... on Order { id code state totalWithTax }
  ... on ErrorResult { errorCode message } }`
const CART = `{ __typename
  ... on Order { id code state totalWithTax lines { id quantity linePriceWithTax
    productVariant { id name } } }
  ... on ErrorResult { errorCode message } }`
const ADD = `mutation($id: ID!) { addItemToOrder(productVariantId: $id, quantity: 1) ${CART} }`
const CUSTOMER = `mutation($it: CreateCustomerInput!) { setCustomerForOrder(input: $it) ${ORDER} }`
const ADDRESS = `mutation($it: CreateAddressInput!) { setOrderShippingAddress(input: $it) ${ORDER} }`
const METHODS = '{ eligibleShippingMethods { id name priceWithTax } }'
const SHIP = `mutation($id: [ID!]!) { setOrderShippingMethod(shippingMethodId: $id) ${ORDER} }`
const ARRANGE = `mutation { transitionOrderToState(state: "ArrangingPayment") ${ORDER} }`
const PAYMENTS = '{ eligiblePaymentMethods { id code isEligible } }'
const PAY = `mutation($it: PaymentInput!) { addPaymentToOrder(input: $it) ${ORDER} }`

export const name = 'Vendure'
export const id = 'vendure'
export const fill = [['fill.js']]
export const serve = ['serve.js']
export const ready = '/health'

/** The operations, each with its number of rounds; a whole checkout is eight requests. */
export async function operations(url, products) {
  const call = callerOf(`${url}/shop-api`)
  const ids = (await call(PRODUCTS, { skip: 0 })).data.products.items.flatMap((it) =>
    it.variants.map(({ id }) => id),
  )
  const list = async (round) => {
    const { items } = (await call(PRODUCTS, { skip: round % (products - 20) })).data.products
    if (items.length !== 20) throw new Error(`a list of ${items.length}`)
  }
  const begin = async (round) => (await call(ADD, { id: ids[round % ids.length] })).token
  return {
    list: { rounds: 200, does: list },
    add: { rounds: 200, does: begin },
    checkout: { rounds: 100, does: async (round) => buy(call, await begin(round), round) },
  }
}

async function buy(call, token, round) {
  const ask = async (query, variables) => (await call(query, variables, token)).data
  const emailAddress = `buyer-${process.pid}-${round}@example.org`
  await ask(CUSTOMER, { it: { firstName: 'Ann', lastName: 'Baker', emailAddress } })
  const place = { streetLine1: 'Ring 1', city: 'Wien', postalCode: '1010', countryCode: 'AT' }
  await ask(ADDRESS, { it: { fullName: 'Ann Baker', ...place } })
  await ask(SHIP, { id: [(await ask(METHODS)).eligibleShippingMethods[0].id] })
  await ask(ARRANGE)
  const method = (await ask(PAYMENTS)).eligiblePaymentMethods[0].code
  const { state } = (await ask(PAY, { it: { method, metadata: {} } })).addPaymentToOrder
  if (state !== 'PaymentSettled') throw new Error(`the order is ${state}`)
}

/** Calls the API; whoever comes without a token is given one. */
function callerOf(url) {
  return async (query, variables = {}, token = undefined) => {
    const headers = { 'content-type': 'application/json' }
    if (token) headers.authorization = `Bearer ${token}`
    const body = JSON.stringify({ query, variables })
    const answer = await fetch(url, { method: 'POST', headers, body })
    const { data, errors } = await answer.json()
    const refused = errors ?? Object.values(data).find((it) => it?.errorCode)
    if (refused) throw new Error(`${query}: ${JSON.stringify(refused)}`)
    return { data, token: token ?? answer.headers.get('vendure-auth-token') }
  }
}
