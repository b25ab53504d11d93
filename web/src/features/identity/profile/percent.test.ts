import { expect, it } from 'vitest'
import { percentOf } from './percent'

it.each([
  ['0', '100', 0],
  ['999', '100000', 0],
  ['50', '100', 50],
  ['200', '100', 100],
  ['5', '0', 100],
  [(2n ** 127n).toString(), (2n ** 128n - 1n).toString(), 50],
])('%s of %s are %i hundredths', (part, whole, percent) => {
  expect(percentOf(part, whole)).toBe(percent)
})
