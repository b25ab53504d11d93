import { expect, it } from 'vitest'
import { asUpdate, channelsOf, isLocked, toggled } from './choices'

const received = {
  kind: 'transfer.received',
  in_app: true,
  email: false,
  sms: false,
  push: true,
  webhook: true,
  is_required: false,
}
const frozen = { ...received, kind: 'security.frozen', email: true, is_required: true }
const all = { version: 3, preferences: [received, frozen] }

it('turns one choice round and no other', () => {
  const after = toggled(all, 'transfer.received', 'email')
  expect(after.preferences.map((it) => it.email)).toEqual([true, true])
  expect(toggled(after, 'transfer.received', 'email')).toEqual(all)
})

it('locks what protects, where it protects', () => {
  expect(isLocked(frozen, 'email')).toBe(true)
  expect(isLocked(frozen, 'sms')).toBe(false)
  expect(isLocked(received, 'email')).toBe(false)
})

it('sends back what the server takes', () => {
  expect(asUpdate(all).preferences[0]).toEqual({
    kind: 'transfer.received',
    in_app: true,
    email: false,
    sms: false,
    push: true,
    webhook: true,
  })
})

it('has short messages only where they are sent', () => {
  expect(channelsOf(true)).toContain('sms')
  expect(channelsOf(false)).toEqual(['in_app', 'email', 'push', 'webhook'])
})
