import { expect, it } from 'vitest'
import { isTaxIncluded } from './totals'

const basket = {
  currency: 'EUR',
  subtotal: '1000',
  discounts: [{ promotion: 'p', title: 'Sale', amount: '100' }],
  shipping: '490',
  taxes: [{ rate: 200_000, amount: '231' }],
}

it('knows prices with the tax in them from those that it is added to', () => {
  expect(isTaxIncluded({ ...basket, total: '1390' })).toBe(true)
  expect(isTaxIncluded({ ...basket, total: '1621' })).toBe(false)
  expect(isTaxIncluded({ ...basket, shipping: null, total: '900' })).toBe(true)
})
