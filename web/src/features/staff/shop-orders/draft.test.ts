import { describe, expect, it } from 'vitest'
import type { Variant } from '@/lib/shop'
import { unitPrice, withOneMore } from './draft'

const mug = {
  sku: 'MUG',
  prices: [{ currency: 'EUR', amount: '900', tiers: [{ min_quantity: 10, amount: '700' }] }],
} as unknown as Variant

const line = (quantity: number, price = '') =>
  ({ sku: 'MUG', name: 'Mug', quantity, price, variant: mug }) as const

describe('what a piece costs', () => {
  it.each([
    [line(1), 'EUR', 900n],
    [line(9), 'EUR', 900n],
    [line(10), 'EUR', 700n],
    [line(10, '8.50'), 'EUR', 850n],
    [line(1, '0'), 'EUR', 0n],
    [line(1, 'cheap'), 'EUR', null],
    [line(1), 'USD', null],
    [line(1, '3'), 'USD', 300n],
  ] as const)('%o in %s: %s', (it, currency, units) => {
    expect(unitPrice(it, currency, 2, 'en')).toBe(units)
  })
})

it('adds to what is there already', () => {
  const one = withOneMore([], mug, 'Mug')
  expect(one.map(({ quantity }) => quantity)).toEqual([1])
  expect(withOneMore(one, mug, 'Mug').map(({ quantity }) => quantity)).toEqual([2])
})
