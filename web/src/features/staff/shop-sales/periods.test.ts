import { describe, expect, it } from 'vitest'
import { betweenDays, heights, lastDays, partsOf } from './periods'

const now = new Date('2026-03-02T23:30:00Z')

describe('a time', () => {
  it('ends with today', () => {
    expect(lastDays(7, now)).toEqual({ from: '2026-02-24T00:00:00.000Z', by: 'day' })
    expect(lastDays(90, now).by).toBe('week')
    expect(lastDays(365, now).by).toBe('month')
  })

  it('goes from day to day, with both', () => {
    expect(betweenDays('2026-03-01', '2026-03-02')).toEqual({
      from: '2026-03-01T00:00:00.000Z',
      before: '2026-03-03T00:00:00.000Z',
      by: 'day',
    })
    expect(betweenDays('2026-03-02', '2026-03-01')).toBe('wrong_days')
    expect(betweenDays('', '2026-03-01')).toBe('wrong_days')
    expect(betweenDays('2010-03-02', '2026-03-01')).toBe('too_long')
  })
})

describe('its parts', () => {
  const days = (from: string, before: string, by: 'day' | 'week' | 'month') =>
    partsOf(from, before, by).map((part) => part.slice(0, 10))

  it('are days, also those on which nothing was sold', () => {
    const found = days('2026-02-27T00:00:00Z', '2026-03-01T12:00:00Z', 'day')
    expect(found).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
  })

  it('are weeks from Monday on, the first one cut short', () => {
    const found = days('2026-02-25T00:00:00Z', '2026-03-09T00:00:00Z', 'week')
    expect(found).toEqual(['2026-02-23', '2026-03-02'])
  })

  it('are months, over the end of a year', () => {
    const found = days('2025-11-30T00:00:00Z', '2026-01-02T00:00:00Z', 'month')
    expect(found).toEqual(['2025-11-01', '2025-12-01', '2026-01-01'])
  })
})

it('measures bars by the highest one, up and down', () => {
  expect(heights([0n, 50n, -100n])).toEqual([0, 0.5, -1])
  expect(heights([0n, 0n])).toEqual([0, 0])
})
