import { describe, expect, it } from 'vitest'
import type { Deposit } from '@/ui/payments/deposit'
import { knownCards, parseExpiry } from './card'

describe('the date on a card', () => {
  it('is read as people and browsers write it', () => {
    for (const text of ['12/40', '12/2040', '12 / 40', '1240', '12-40']) {
      expect(parseExpiry(text)).toEqual({ month: 12, year: 2040 })
    }
    expect(parseExpiry('1/31')).toEqual({ month: 1, year: 2031 })
  })

  it('is none with another month or half a year', () => {
    for (const text of ['', '13/40', '0/40', '12/4', '12/1940', '12']) {
      expect(parseExpiry(text)).toBeNull()
    }
  })
})

describe('cards to pay with again', () => {
  const deposit = (
    token: string | null,
    last4: string,
    status = 'succeeded',
    provider = 'sandbox',
  ) => ({ card: { token, brand: 'visa', last4 }, status, provider }) as Deposit

  it('are those that went well, each once', () => {
    const deposits = [
      deposit('pm_2', '4242'),
      deposit('pm_1', '4242'),
      deposit('pm_3', '0002', 'failed'),
      deposit('pm_4', '3220', 'requires_action'),
      deposit(null, '1111'),
      deposit('pm_5', '5555', 'succeeded', 'another'),
    ]
    const known = knownCards(deposits, 'sandbox')
    expect(known.map(({ token }) => token)).toEqual(['pm_2'])
  })
})
