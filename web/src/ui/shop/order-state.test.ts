import { expect, it } from 'vitest'
import type { Order } from '@/lib/shop'
import { dueOf, isCancellable, isPaid, refundable } from './order-state'

const order = (status: Order['status'], open = 1, captured = '0') =>
  ({ status, total: '100', lines: [{ open }], payments: [{ captured }] }) as unknown as Order

it.each([
  ['placed', false],
  ['paid', true],
  ['delivered', true],
  ['cancelled', false],
  ['refused', false],
] as const)('that %s is paid is %s', (status, paid) => {
  expect(isPaid(order(status))).toBe(paid)
})

it('was paid before it was cancelled, if something was taken', () => {
  expect(isPaid(order('cancelled', 0, '40'))).toBe(true)
})

it('can be cancelled as long as pieces wait', () => {
  expect(isCancellable(order('paid'))).toBe(true)
  expect(isCancellable(order('partly_shipped', 0))).toBe(false)
  expect(isCancellable(order('shipped'))).toBe(false)
})

it('gives back no more than was sent', () => {
  expect(refundable({ earned: '500', refunded: '120' })).toBe(380n)
  expect(refundable({ earned: '0', refunded: '0' })).toBe(0n)
})

it('is due what neither comes nor is held', () => {
  const payment = (status: string, amount: string) => ({ status, amount })
  const due = (...payments: ReturnType<typeof payment>[]) =>
    dueOf({ total: '1000', cancelled: '200', payments })
  expect(due()).toBe('800')
  expect(due(payment('refused', '800'), payment('authorized', '300'))).toBe('500')
  expect(due(payment('captured', '800'))).toBe('0')
})
