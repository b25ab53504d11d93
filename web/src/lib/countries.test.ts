import { expect, it } from 'vitest'
import { countries, countryName, likelyCountry } from './countries'

it('names countries in the language, in its order', () => {
  expect(countryName('AT', 'de')).toBe('Österreich')
  expect(countries('en')[0]?.name).toBe('Afghanistan')
  expect(countries('de').findIndex(({ code }) => code === 'AT')).toBeLessThan(
    countries('de').findIndex(({ code }) => code === 'PL'),
  )
})

it.each([
  ['de-AT', 'AT'],
  ['de', ''],
  ['en-001', ''],
  [undefined, ''],
])('%s is likely to be in %s', (browser, code) => {
  expect(likelyCountry(browser)).toBe(code)
})
