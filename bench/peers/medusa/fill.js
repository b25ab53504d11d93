// Makes a region, its taxes, a place with stock, a way to ship, a key for the shop, and
// PEER_PRODUCTS products, by the platform's own workflows.
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')
const flows = require('@medusajs/medusa/core-flows')
const { ContainerRegistrationKeys, Modules, ProductStatus } = require('@medusajs/framework/utils')

const COUNTRIES = ['at', 'de']
const AT_ONCE = 100

module.exports.default = async ({ container }) => {
  const run = async (workflow, input) => (await workflow(container).run({ input })).result
  const region = await makeRegion(run)
  const channel = await salesChannel(container, run)
  const place = await makePlace(run, channel)
  const profile = await makeShipping(container, run, region, place)
  const key = await makeKey(run, channel)
  for (let from = 0; from < Number(process.env.PEER_PRODUCTS); from += AT_ONCE) {
    await run(flows.createProductsWorkflow, { products: products(from, profile, channel) })
  }
  await stock(container, run, place)
  const made = { key: key.token, region: region.id }
  writeFileSync(join(process.env.PEER_FOLDER, 'medusa.json'), JSON.stringify(made))
}

async function makeRegion(run) {
  const [region] = await run(flows.createRegionsWorkflow, {
    regions: [
      {
        name: 'Europe',
        currency_code: 'eur',
        countries: COUNTRIES,
        payment_providers: ['pp_system_default'],
      },
    ],
  })
  await run(
    flows.createTaxRegionsWorkflow,
    COUNTRIES.map((country_code) => ({ country_code, provider_id: 'tp_system' })),
  )
  return region
}

async function salesChannel(container, run) {
  const name = 'Default Sales Channel'
  const [found] = await container.resolve(Modules.SALES_CHANNEL).listSalesChannels({ name })
  if (found) return found
  const [made] = await run(flows.createSalesChannelsWorkflow, { salesChannelsData: [{ name }] })
  return made
}

async function makePlace(run, channel) {
  const address = { address_1: 'Ring 1', city: 'Wien', country_code: 'AT' }
  const [place] = await run(flows.createStockLocationsWorkflow, {
    locations: [{ name: 'Warehouse', address }],
  })
  await run(flows.linkSalesChannelsToStockLocationWorkflow, { id: place.id, add: [channel.id] })
  return place
}

async function makeShipping(container, run, region, place) {
  const link = container.resolve(ContainerRegistrationKeys.LINK)
  const fulfilment = container.resolve(Modules.FULFILLMENT)
  const from = { [Modules.STOCK_LOCATION]: { stock_location_id: place.id } }
  const provider = 'manual_manual'
  await link.create({
    ...from,
    [Modules.FULFILLMENT]: { fulfillment_provider_id: provider },
  })
  const profile = await shippingProfile(fulfilment, run)
  const zone = {
    name: 'Europe',
    geo_zones: COUNTRIES.map((country_code) => ({ country_code, type: 'country' })),
  }
  const set = await fulfilment.createFulfillmentSets({
    name: 'Delivery',
    type: 'shipping',
    service_zones: [zone],
  })
  await link.create({ ...from, [Modules.FULFILLMENT]: { fulfillment_set_id: set.id } })
  const post = {
    name: 'Post',
    price_type: 'flat',
    provider_id: provider,
    service_zone_id: set.service_zones[0].id,
    shipping_profile_id: profile.id,
    type: { label: 'Post', description: 'By post', code: 'post' },
    prices: [
      { currency_code: 'eur', amount: 5 },
      { region_id: region.id, amount: 5 },
    ],
    rules: [
      { attribute: 'enabled_in_store', value: 'true', operator: 'eq' },
      { attribute: 'is_return', value: 'false', operator: 'eq' },
    ],
  }
  await run(flows.createShippingOptionsWorkflow, [post])
  return profile
}

async function shippingProfile(fulfilment, run) {
  const [found] = await fulfilment.listShippingProfiles({ type: 'default' })
  if (found) return found
  const data = [{ name: 'Default', type: 'default' }]
  const [made] = await run(flows.createShippingProfilesWorkflow, { data })
  return made
}

async function makeKey(run, channel) {
  const [key] = await run(flows.createApiKeysWorkflow, {
    api_keys: [{ title: 'Shop', type: 'publishable', created_by: '' }],
  })
  await run(flows.linkSalesChannelsToApiKeyWorkflow, { id: key.id, add: [channel.id] })
  return key
}

function products(from, profile, channel) {
  const count = Math.min(AT_ONCE, Number(process.env.PEER_PRODUCTS) - from)
  return Array.from({ length: count }, (_, index) => index + from).map((n) => ({
    title: `Thing ${n}`,
    description: `A thing, number ${n}`,
    handle: `thing-${n}`,
    status: ProductStatus.PUBLISHED,
    shipping_profile_id: profile.id,
    options: [{ title: 'Size', values: ['One'] }],
    variants: [
      {
        title: 'One',
        sku: `T${n}`,
        options: { Size: 'One' },
        prices: [{ amount: 10 + (n % 90), currency_code: 'eur' }],
      },
    ],
    sales_channels: [{ id: channel.id }],
  }))
}

async function stock(container, run, place) {
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data: items } = await query.graph({ entity: 'inventory_item', fields: ['id'] })
  const levels = items.map(({ id }) => ({
    inventory_item_id: id,
    location_id: place.id,
    stocked_quantity: 1_000_000,
  }))
  await run(flows.createInventoryLevelsWorkflow, { inventory_levels: levels })
}
