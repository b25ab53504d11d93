import type { Order } from '@/lib/shop'

type Told = Pick<Order, 'status' | 'payments' | 'total'>

const PAID: readonly string[] = ['paid', 'partly_shipped', 'shipped', 'delivered', 'returned']

/** Whether the money is there: taken, or held until parcels go. */
export function isPaid({ status, payments, total }: Told): boolean {
  if (PAID.includes(status)) return true
  // What was cancelled may have been paid before.
  return status === 'cancelled' && total !== '0' && payments.some((it) => it.captured !== '0')
}

/** Whether something of it can still be cancelled. */
export function isCancellable({ status, lines }: Pick<Order, 'status' | 'lines'>): boolean {
  const isRunning = ['placed', 'paid', 'partly_shipped'].includes(status)
  return isRunning && lines.some(({ open }) => open > 0)
}

/** What can still go back of a line: what was sent of it, without what went back already. */
export function refundable({ earned, refunded }: { earned: string; refunded: string }): bigint {
  const left = BigInt(earned) - BigInt(refunded)
  return left > 0n ? left : 0n
}

const HELD: readonly string[] = ['pending', 'authorized', 'captured']

type Paid = Pick<Order, 'total' | 'cancelled'> & {
  /** What a return pays of it when its goods arrive. */
  readonly credit?: string
  readonly payments: readonly { readonly status: string; readonly amount: string }[]
}

/** What of an order nothing pays yet. */
export function dueOf({ total, cancelled, payments, credit = '0' }: Paid): string {
  const held = payments
    .filter(({ status }) => HELD.includes(status))
    .reduce((sum, { amount }) => sum + BigInt(amount), 0n)
  const due = BigInt(total) - BigInt(cancelled) - BigInt(credit) - held
  return due > 0n ? due.toString() : '0'
}

/** Whether money went back for a return, which the API names as its reason. */
export function isForReturn(reason: string | null): boolean {
  return /^return ret_[0-9a-z]+$/.test(reason ?? '')
}

/** Whether it is being placed or charged, which takes a moment only. */
export function isUnderWay(
  order: { status: string; payments: readonly { status: string }[] } | undefined,
): boolean {
  if (order?.status === 'placing') return true
  return order?.status === 'placed' && order.payments.some(({ status }) => status === 'pending')
}
