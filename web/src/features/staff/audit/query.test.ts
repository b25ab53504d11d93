import { expect, it } from 'vitest'
import { queryOf } from './query'

it('gives moments of the reader’s day in UTC', () => {
  const query = queryOf({ from: '2026-11-21T16:30', before: 'yesterday', action: 'admin.user.' })
  expect(query['filter[from]']).toBe(new Date(2026, 10, 21, 16, 30).toISOString())
  expect(query['filter[before]']).toBeUndefined()
  expect(query['filter[action]']).toBe('admin.user.')
})

it('leaves out a kind of actor that there is not', () => {
  expect(queryOf({ kind: 'ghost' })['filter[actor_kind]']).toBeUndefined()
  expect(queryOf({ kind: 'system' })['filter[actor_kind]']).toBe('system')
})
