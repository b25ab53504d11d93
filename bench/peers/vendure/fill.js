// Makes the tables, a zone with its tax, a way to ship and one to pay, and PEER_PRODUCTS products.
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { bootstrap } = require('@vendure/core')
const { populate } = require('@vendure/core/cli')
const { config } = require('./config')

const COLUMNS =
  'name,slug,description,assets,facets,optionGroups,optionValues,sku,price,taxCategory,' +
  'stockOnHand,trackInventory,variantAssets,variantFacets'

const basics = {
  defaultLanguage: 'en',
  defaultZone: 'Europe',
  countries: [
    { name: 'Austria', code: 'AT', zone: 'Europe' },
    { name: 'Germany', code: 'DE', zone: 'Europe' },
  ],
  taxRates: [{ name: 'Standard', percentage: 20 }],
  shippingMethods: [{ name: 'Post', price: 500 }],
  paymentMethods: [
    {
      name: 'Test payment',
      handler: {
        code: 'dummy-payment-handler',
        arguments: [{ name: 'automaticSettle', value: 'true' }],
      },
    },
  ],
  collections: [],
}

function products() {
  const lines = Array.from({ length: Number(process.env.PEER_PRODUCTS) }, (_, n) => {
    const [name, price] = [`Thing ${n}`, (10 + (n % 90)).toFixed(2)]
    return `${name},thing-${n},"A thing, number ${n}",,,,,T${n},${price},standard,1000000,true,,`
  })
  const path = join(process.env.PEER_FOLDER, 'products.csv')
  writeFileSync(path, `${[COLUMNS, ...lines].join('\n')}\n`)
  return path
}

populate(() => bootstrap(config({ isNew: true })), basics, products()).then(
  () => process.exit(0),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
