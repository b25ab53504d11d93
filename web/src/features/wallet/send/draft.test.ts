import { describe, expect, it } from 'vitest'
import type { Account } from '@/lib/wallet'
import { prefilled } from './draft'

const account = (asset: string, scale: number, available: string) =>
  ({ asset, scale, available }) as Account
const accounts = [account('EUR', 2, '0'), account('APPLE', 0, '12')]

describe('a link that fills in what to send', () => {
  it('names who, what and how much', () => {
    const draft = prefilled({ to: 'ann', asset: 'APPLE', amount: '5' }, accounts, 'en')
    expect(draft).toMatchObject({ to: 'ann', asset: 'APPLE', amount: '5' })
  })

  it('has a point in its amount, whatever language is read', () => {
    expect(prefilled({ asset: 'EUR', amount: '12.5' }, accounts, 'de').amount).toBe('12,50')
  })

  it('fills in nothing for an amount that the asset has not', () => {
    expect(prefilled({ asset: 'APPLE', amount: '1.5' }, accounts, 'en').amount).toBe('')
    expect(prefilled({ asset: 'APPLE', amount: 'lots' }, accounts, 'en').amount).toBe('')
  })

  it('begins with an account that holds something', () => {
    expect(prefilled({ asset: 'GOLD' }, accounts, 'en').asset).toBe('APPLE')
    expect(prefilled({}, [], 'en').asset).toBe('')
  })
})
