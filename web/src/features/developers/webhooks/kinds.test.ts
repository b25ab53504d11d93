import { expect, it } from 'vitest'
import { kindsOf, writtenOf } from './kinds'

it('joins what is chosen and what is written, each once', () => {
  const values = {
    'kind:transfer.*': 'on',
    more: 'deposit.failed, transfer.*  withdrawal.paid',
  }
  expect(kindsOf(values)).toEqual(['transfer.*', 'deposit.failed', 'withdrawal.paid'])
  expect(kindsOf({ 'kind:*': 'on', more: '' })).toEqual(['*'])
  expect(kindsOf({})).toEqual([])
})

it('writes only what has no box', () => {
  expect(writtenOf(['*', 'deposit.failed', 'transfer.*', 'invite.claimed'])).toBe(
    'deposit.failed, invite.claimed',
  )
})
