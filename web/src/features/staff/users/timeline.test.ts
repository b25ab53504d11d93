import { expect, it } from 'vitest'
import { actOf, moveOf } from './timeline'

const TRANSFER = {
  phase: 'held',
  direction: 'out',
  amount: '2500',
  asset: 'EUR',
  scale: 2,
  other: 'usr_01m7zf3dwderaaad1hg4ka4fbj',
  reference: null,
}

it('reads what a transfer moved', () => {
  expect(moveOf({ source: 'transfer', data: TRANSFER })).toEqual({
    amount: '2500',
    scale: 2,
    asset: 'EUR',
    isOut: true,
    phase: 'held',
    other: 'usr_01m7zf3dwderaaad1hg4ka4fbj',
  })
})

it('shows no amount where there is none, and no phase that it does not know', () => {
  expect(moveOf({ source: 'event', data: TRANSFER })).toBeNull()
  expect(moveOf({ source: 'transfer', data: null })).toBeNull()
  expect(moveOf({ source: 'transfer', data: { ...TRANSFER, phase: 'melted' } })?.phase).toBe(
    undefined,
  )
})

it('reads who did what the audit log tells', () => {
  const data = { actor: { kind: 'user', id: 'usr_1' }, reason: 'a stolen card' }
  expect(actOf({ source: 'audit', data })).toEqual({
    kind: 'user',
    id: 'usr_1',
    reason: 'a stolen card',
  })
  expect(actOf({ source: 'audit', data: { actor: { kind: 'system' } } })).toEqual({
    kind: 'system',
    id: '',
    reason: undefined,
  })
  expect(actOf({ source: 'audit', data: { actor: { kind: 'ghost' } } })).toBeNull()
})
