// @vitest-environment jsdom
import { expect, it } from 'vitest'
import { safeNext } from './next'

it.each([
  ['/send?to=ann', '/send?to=ann'],
  ['/', '/'],
  [undefined, '/'],
  ['https://evil.example/', '/'],
  ['//evil.example/x', '/'],
  ['/\\evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/sign-in?next=/send', '/'],
])('%s leads to %s', (next, target) => {
  expect(safeNext(next)).toBe(target)
})
