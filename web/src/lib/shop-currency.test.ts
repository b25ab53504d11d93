import { expect, it } from 'vitest'
import { usualScale } from './shop'
import { currenciesOf } from './shop-currency'

const sold = (default_currency: string | null, ...codes: string[]) => ({
  default_currency,
  currencies: codes.map((code) => ({ code, scale: 2 })),
})

it('begins with the currency of the shop', () => {
  expect(currenciesOf(sold('EUR', 'CHF', 'EUR', 'USD'))).toEqual(['EUR', 'CHF', 'USD'])
  expect(currenciesOf(sold(null, 'CHF', 'EUR'))).toEqual(['CHF', 'EUR'])
  expect(currenciesOf(sold('EUR'))).toEqual([])
})

it.each([
  ['EUR', 2],
  ['JPY', 0],
  ['APPLES', 2],
])('%s usually has %i decimals', (currency, scale) => {
  expect(usualScale(currency)).toBe(scale)
})
