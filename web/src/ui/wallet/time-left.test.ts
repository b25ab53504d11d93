import { describe, expect, it } from 'vitest'
import { timeLeft } from './time-left'

describe('the time that is left', () => {
  it('has its two largest units', () => {
    expect(timeLeft(6 * 86_400 + 3 * 3_600 + 59, 'en')).toBe('6 days, 3 hours')
    expect(timeLeft(252, 'en')).toBe('4 minutes, 12 seconds')
    expect(timeLeft(252, 'en', 1)).toBe('4 minutes')
    expect(timeLeft(252, 'de')).toBe('4 Minuten, 12 Sekunden')
  })

  it('leaves out what is zero, but not everything', () => {
    expect(timeLeft(86_400, 'en')).toBe('1 day')
    expect(timeLeft(3_600 + 5, 'en')).toBe('1 hour')
    expect(timeLeft(1, 'en')).toBe('1 second')
    expect(timeLeft(0, 'en')).toBe('0 seconds')
  })
})
