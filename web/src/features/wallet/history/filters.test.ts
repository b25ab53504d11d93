import { describe, expect, it } from 'vitest'
import { dayOf } from '@/lib/days'
import { filtersOf, queryOf } from './filters'

describe('what narrows the history', () => {
  it('is what was filled in', () => {
    const filters = filtersOf({ q: ' rent ', kind: '', account: 'acct_1', from: undefined })
    expect(filters).toEqual({ q: 'rent' })
  })

  it('counts amounts in the units of the account', () => {
    const query = queryOf({ min: '12.5', max: '3.999' }, 2)
    expect(query['filter[amount][gte]']).toBe('1250')
    expect(query['filter[amount][lte]']).toBeUndefined()
  })

  it('includes its last day', () => {
    const query = queryOf({ from: '2026-11-01', to: '2026-11-30' }, 2)
    expect(dayOf(new Date(query['filter[from]'] ?? ''))).toBe('2026-11-01')
    expect(dayOf(new Date(query['filter[before]'] ?? ''))).toBe('2026-12-01')
    expect(queryOf({ from: 'yesterday' }, 2)['filter[from]']).toBeUndefined()
  })

  it('takes a handle with its sign', () => {
    expect(queryOf({ counterparty: '@bob' }, 0)['filter[counterparty]']).toBe('bob')
  })
})
