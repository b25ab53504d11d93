import { expect, it } from 'vitest'
import { priceFor } from './shop-price'

it.each([
  [1, '100'],
  [9, '100'],
  [10, '90'],
  [500, '80'],
])('%i pieces cost %s each', (quantity, amount) => {
  const tiers = [
    { min_quantity: 100, amount: '80' },
    { min_quantity: 10, amount: '90' },
  ]
  expect(priceFor({ amount: '100', tiers }, quantity)).toBe(amount)
})
