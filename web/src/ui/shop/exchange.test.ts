import { expect, it } from 'vitest'
import type { Variant } from '@/lib/shop'
import { differenceOf, itemsOf, offered, type Wish } from './exchange'

const EUR = 'EUR'

function variant(id: string, amount: string, more: Partial<Variant> = {}): Variant {
  const prices = [{ currency: EUR, amount, tiers: [{ min_quantity: 10, amount: '900' }] }]
  return { id, prices, is_active: true, availability: 'in_stock', ...more } as Variant
}

const VARIANTS = [variant('small', '1000'), variant('large', '1250')]

/** Two pieces at 10.00 each, sent. */
function wish(wanted: string | null, pieces: number, more: Partial<Wish['line']> = {}): Wish {
  const line = {
    unit_price: '1000',
    quantity: 2,
    discount: '0',
    total: '2000',
    tax_rate: 200_000,
    earned: '2000',
    refunded: '0',
    shipped: 2,
    returned: 0,
    ...more,
  }
  return { line: line as Wish['line'], pieces, variant: wanted }
}

const difference = (...wishes: Wish[]) => differenceOf(wishes, VARIANTS, EUR)

it('names each variant once', () => {
  expect(itemsOf([wish('small', 1), wish('large', 2), wish('small', 3), wish(null, 1)])).toEqual([
    { variant: 'small', quantity: 4 },
    { variant: 'large', quantity: 2 },
  ])
})

it('says what is wanted costs more or less than what was paid', () => {
  expect(difference(wish('small', 1))).toBe(0n)
  expect(difference(wish('large', 2))).toBe(500n)
  expect(difference(wish('small', 1), wish(null, 1))).toBe(-1000n)
  // What was bought for less is worth no more.
  expect(difference(wish('small', 1, { discount: '200', total: '1800', earned: '1800' }))).toBe(
    100n,
  )
  // Some of it went back already.
  expect(difference(wish('small', 2, { refunded: '500' }))).toBe(500n)
  const many = { quantity: 10, shipped: 10, total: '10000', earned: '10000' }
  expect(difference(wish('large', 10, many))).toBe(-1000n)
})

it('counts tax where prices are without it', () => {
  expect(difference(wish('large', 1, { total: '2400', earned: '2400' }))).toBe(300n)
})

it('says nothing where nothing is wanted, or a price isn’t known', () => {
  expect(difference(wish(null, 2))).toBeNull()
  expect(difference(wish('gone', 1))).toBeNull()
})

it('offers what is there, at a price in the currency', () => {
  const all = [
    ...VARIANTS,
    variant('none', '1000', { availability: 'out_of_stock' }),
    variant('old', '1000', { is_active: false }),
  ]
  expect(offered(all, EUR).map(({ id }) => id)).toEqual(['small', 'large'])
  expect(offered(all, 'USD')).toEqual([])
})
