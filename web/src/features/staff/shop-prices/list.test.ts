import { expect, it } from 'vitest'
import { stateOf } from './list'

const now = new Date('2026-11-27T12:00:00Z')
const friday = { is_active: true, from: '2026-11-27T00:00:00Z', until: '2026-11-28T00:00:00Z' }

it.each([
  [friday, 'running'],
  [{ ...friday, is_active: false }, 'stopped'],
  [{ ...friday, from: '2026-11-27T12:00:01Z' }, 'upcoming'],
  [{ ...friday, until: '2026-11-27T12:00:00Z' }, 'over'],
  [{ is_active: true, from: null, until: null }, 'running'],
] as const)('%o is %s', (list, state) => {
  expect(stateOf(list, now)).toBe(state)
})
