import { describe, expect, it } from 'vitest'
import { AMOUNT_MAX, editableAmount, formatAmount, parseAmount } from './amount'

describe('formatAmount', () => {
  it.each([
    ['0', 2, 'en', '0.00'],
    ['5', 2, 'en', '0.05'],
    ['1250', 2, 'en', '12.50'],
    ['1250', 2, 'de', '12,50'],
    ['123456789', 2, 'en', '1,234,567.89'],
    ['123456789', 2, 'de', '1.234.567,89'],
    ['1234', 0, 'en', '1,234'],
    ['-1250', 2, 'en', '\u221212.50'],
    ['1', 18, 'en', '0.000000000000000001'],
    [AMOUNT_MAX.toString(), 0, 'en', '340,282,366,920,938,463,463,374,607,431,768,211,455'],
  ])('%s at scale %i in %s is %s', (units, scale, locale, shown) => {
    expect(formatAmount(units, scale, locale)).toBe(shown)
  })
})

describe('parseAmount', () => {
  it.each([
    ['12.5', 2, 'en', 1250n],
    ['12,5', 2, 'en', 1250n],
    ['12,50', 2, 'de', 1250n],
    ['12.50', 2, 'de', 1250n],
    ['1,234.56', 2, 'en', 123456n],
    ['1.234,56', 2, 'de', 123456n],
    ['1,234', 0, 'en', 1234n],
    ["1'234", 0, 'en', 1234n],
    [' 7 ', 0, 'en', 7n],
    ['7.', 2, 'en', 700n],
    ['7.000', 2, 'en', 700n],
    ['90071992547409931', 2, 'en', 9007199254740993100n],
  ])('%s at scale %i in %s is %s units', (text, scale, locale, units) => {
    expect(parseAmount(text, scale, locale)).toEqual({ units })
  })

  it.each([
    ['', 2, 'empty'],
    ['  ', 2, 'empty'],
    ['-1', 2, 'malformed'],
    ['1e3', 2, 'malformed'],
    ['ten', 2, 'malformed'],
    ['1,23,4', 0, 'malformed'],
    ['.5', 2, 'malformed'],
    ['0.001', 2, 'too_precise'],
    ['1.5', 0, 'too_precise'],
    [`${AMOUNT_MAX}0`, 0, 'too_large'],
  ])('%s at scale %i is %s', (text, scale, flaw) => {
    expect(parseAmount(text, scale, 'en')).toEqual({ flaw })
  })

  it('reads back whatever is put into a field', () => {
    for (const locale of ['en', 'de']) {
      for (const units of [0n, 1n, 99n, 100n, 1_234_567n, AMOUNT_MAX]) {
        expect(parseAmount(editableAmount(units, 2, locale), 2, locale)).toEqual({ units })
      }
    }
  })
})
