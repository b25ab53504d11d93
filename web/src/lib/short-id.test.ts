import { expect, it } from 'vitest'
import { shortId } from './short-id'

it.each([
  ['usr_01m7zf3dm6e8hvmk77skmjamf7', 'usr_…mjamf7'],
  ['adj_00028q537ghfxrmbjagw4dpr58', 'adj_…4dpr58'],
  ['EUR', 'EUR'],
  ['usr_short', 'usr_short'],
  ['recurring', 'recurring'],
])('%s is shown as %s', (id, shown) => {
  expect(shortId(id)).toBe(shown)
})
