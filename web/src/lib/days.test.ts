import { describe, expect, it } from 'vitest'
import { byDay, dayOf, nameOfDay, regional, startOfDay } from './days'

const at = (year: number, month: number, day: number, hour: number) =>
  new Date(year, month - 1, day, hour).toISOString()

describe('days', () => {
  it('keep the order and hold what happened on them by the clock of the reader', () => {
    const times = [at(2026, 11, 21, 9), at(2026, 11, 21, 0), at(2026, 11, 20, 23)]
    const days = byDay(times, (time) => time)
    expect(days.map(({ day, things }) => [day, things.length])).toEqual([
      ['2026-11-21', 2],
      ['2026-11-20', 1],
    ])
  })

  it('have a name, with the year only where it is another', () => {
    const now = new Date(2026, 10, 21)
    expect(nameOfDay('2026-11-20', 'en', now)).toBe('Friday, November 20')
    expect(nameOfDay('2025-11-20', 'de', now)).toBe('Donnerstag, 20. November 2025')
  })

  it.each([
    ['en', 'en-GB', 'en-GB'],
    ['en', 'de-AT', 'en-AT'],
    ['de', 'zh-Hant-TW', 'de-TW'],
    ['en', 'en-US@posix', 'en-US'],
    ['en', 'fr', 'en'],
    ['de', undefined, 'de'],
  ])('in %s are written in a browser of %s as in %s', (language, browser, locale) => {
    expect(regional(language, browser)).toBe(locale)
  })

  it('begin at midnight, and the next one follows also over the end of a month', () => {
    expect(dayOf(new Date(startOfDay('2026-11-30')))).toBe('2026-11-30')
    expect(dayOf(new Date(startOfDay('2026-11-30', 1)))).toBe('2026-12-01')
  })
})
