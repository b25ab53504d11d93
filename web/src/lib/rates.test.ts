import { describe, expect, it } from 'vitest'
import { editableRate, formatRate, parseRate } from './rates'

describe('parseRate', () => {
  it.each([
    ['20', 200_000],
    ['20 %', 200_000],
    ['5,5', 55_000],
    ['5.5%', 55_000],
    ['0.0001', 1],
    ['100', 1_000_000],
    ['100.1', null],
    ['', null],
    ['-1', null],
    ['1.23456', null],
  ])('%s', (text, millionths) => {
    expect(parseRate(text)).toBe(millionths)
  })
})

it('shows rates as percents of the language', () => {
  expect(formatRate(55_000, 'en')).toBe('5.5%')
  expect(formatRate(200_000, 'de')).toBe('20\u00a0%')
  expect(editableRate(55_000, 'de')).toBe('5,5')
})
