import { expect, it } from 'vitest'
import { placeOf } from './moved'

it.each([
  ['/deposits/dep_1', '/payments/deposits/dep_1'],
  ['/deposits', '/payments'],
  ['/settings/security', '/security'],
  ['/transfers/tr_1', '/transfers/tr_1'],
  ['/', '/'],
])('%s is at %s', (link, place) => {
  expect(placeOf(link)).toBe(place)
})
