import { expect, it } from 'vitest'
import { byKind } from './dead-jobs'

it('counts each kind, with what went wrong last', () => {
  const job = (kind: string, hour: number, last_error: string | null) => ({
    kind,
    updated_at: `2026-11-21T0${hour}:00:00Z`,
    last_error,
  })
  expect(
    byKind([job('b', 3, 'late'), job('a', 1, 'first'), job('a', 5, 'last'), job('c', 2, null)]),
  ).toEqual([
    { kind: 'a', count: 2, latest: '2026-11-21T05:00:00Z', error: 'last' },
    { kind: 'b', count: 1, latest: '2026-11-21T03:00:00Z', error: 'late' },
    { kind: 'c', count: 1, latest: '2026-11-21T02:00:00Z', error: null },
  ])
  expect(byKind([])).toEqual([])
})
