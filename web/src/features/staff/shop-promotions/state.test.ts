import { expect, it } from 'vitest'
import { stateOf } from './state'

const now = new Date('2026-06-15T12:00:00Z')
const [may, july] = ['2026-05-01T00:00:00Z', '2026-07-01T00:00:00Z']

it.each([
  [true, null, null, 'running'],
  [true, may, july, 'running'],
  [true, july, null, 'upcoming'],
  [true, may, may, 'over'],
  [false, may, july, 'stopped'],
] as const)('active %s from %s to %s is %s', (is_active, starts_at, ends_at, state) => {
  expect(stateOf({ is_active, starts_at, ends_at }, now)).toBe(state)
})
