import { describe, expect, it } from 'vitest'
import { firstDates, localText, tomorrowMorning } from './dates'

const start = new Date('2026-01-31T09:00:00Z')
const days = (dates: readonly Date[]) => dates.map((date) => date.toISOString().slice(0, 10))

describe('the dates of a schedule', () => {
  it('are on the last day of a month that is shorter, and come back to their day', () => {
    expect(days(firstDates({ start, every: 'month' }, 4))).toEqual([
      '2026-01-31',
      '2026-02-28',
      '2026-03-31',
      '2026-04-30',
    ])
  })

  it('go on over the end of a year', () => {
    const december = new Date('2026-12-31T09:00:00Z')
    expect(days(firstDates({ start: december, every: 'month' }, 3))).toEqual([
      '2026-12-31',
      '2027-01-31',
      '2027-02-28',
    ])
    expect(days(firstDates({ start: december, every: 'week' }, 2))).toEqual([
      '2026-12-31',
      '2027-01-07',
    ])
  })

  it('end with the count or the last moment, whichever comes first', () => {
    const until = new Date('2026-02-02T09:00:00Z')
    expect(firstDates({ start, every: 'day', until }, 5)).toHaveLength(3)
    expect(firstDates({ start, every: 'day', until, count: 2 }, 5)).toHaveLength(2)
    expect(firstDates({ start, every: 'day', until: new Date(0) }, 5)).toEqual([])
  })

  it('are one where it is made once', () => {
    expect(firstDates({ start, every: 'once' }, 5)).toEqual([start])
  })
})

describe('a field for date and time', () => {
  it('has the clock of the reader', () => {
    const morning = tomorrowMorning(new Date(2026, 10, 30, 22))
    expect(localText(morning)).toBe('2026-12-01T09:00')
    expect(new Date(localText(morning)).getTime()).toBe(morning.getTime())
  })
})
