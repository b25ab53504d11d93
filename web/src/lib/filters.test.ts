import { expect, it } from 'vitest'
import { filtersOf } from './filters'

it('takes the names that it knows, and only with something in them', () => {
  const values = { q: ' ann ', state: '', other: 'x', cursor: null, kind: { a: 1 } }
  expect(filtersOf(values, ['q', 'state', 'cursor', 'kind'])).toEqual({ q: 'ann' })
})

it('reads numbers of an address as the text that they were', () => {
  expect(filtersOf({ q: 4711, isOpen: true }, ['q', 'isOpen'])).toEqual({
    q: '4711',
    isOpen: 'true',
  })
})
