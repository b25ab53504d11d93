import { expect, it } from 'vitest'
import { usualScale } from './shop'
import { currenciesOf } from './shop-currency'

const card = (...codes: string[]) => ({
  prices: codes.map((currency) => ({ currency, min: '1', max: '1' })),
})

it('begins with the currency in which most has a price', () => {
  expect(currenciesOf([card('CHF', 'EUR'), card('EUR'), card()])).toEqual(['EUR', 'CHF'])
  expect(currenciesOf([])).toEqual([])
})

it.each([
  ['EUR', 2],
  ['JPY', 0],
  ['APPLES', 2],
])('%s usually has %i decimals', (currency, scale) => {
  expect(usualScale(currency)).toBe(scale)
})
