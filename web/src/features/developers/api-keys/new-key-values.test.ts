import { expect, it } from 'vitest'
import { asNewKey } from './new-key-values'

const NOW = new Date('2026-11-21T12:00:00Z')

it('takes scopes, days and networks from the fields', () => {
  const values = {
    name: ' Books ',
    'scope:wallet.read': 'wallet.read',
    'scope:payments.read': 'payments.read',
    days: '30',
    allowed_ips: '192.0.2.0/24\n2001:db8::/32, 192.0.2.7',
  }
  expect(asNewKey(values, NOW)).toEqual({
    name: 'Books',
    scopes: ['wallet.read', 'payments.read'],
    expires_at: '2026-12-22T00:00:00.000Z',
    allowed_ips: ['192.0.2.0/24', '2001:db8::/32', '192.0.2.7'],
  })
})

it('works for ever and from everywhere if nothing else is said', () => {
  expect(asNewKey({ name: 'x', days: '', allowed_ips: ' ' }, NOW)).toEqual({
    name: 'x',
    scopes: [],
    expires_at: null,
  })
})
