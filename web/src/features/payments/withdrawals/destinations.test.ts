import { describe, expect, it } from 'vitest'
import type { Withdrawal } from '@/ui/payments/withdrawal'
import { knownDestinations } from './destinations'

const withdrawal = (token: string, last4: string, status: Withdrawal['status']) =>
  ({ destination: { token, country: 'AT', last4 }, status }) as Withdrawal

describe('bank accounts to withdraw to again', () => {
  it('are those to which it went, each once and the newest token of it', () => {
    const known = knownDestinations([
      withdrawal('dst_4', '3203', 'returned'),
      withdrawal('dst_3', '3201', 'processing'),
      withdrawal('dst_2', '3202', 'failed'),
      withdrawal('dst_1', '3201', 'paid'),
    ])
    expect(known.map(({ token }) => token)).toEqual(['dst_3'])
  })
})
