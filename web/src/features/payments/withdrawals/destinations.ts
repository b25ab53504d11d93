import type { Withdrawal } from '@/ui/payments/withdrawal'

/** The bank accounts of earlier withdrawals, newest first, each once. */
export function knownDestinations(
  withdrawals: readonly Withdrawal[],
): readonly Withdrawal['destination'][] {
  const known = new Map<string, Withdrawal['destination']>()
  for (const { destination, status } of withdrawals) {
    if (status === 'failed' || status === 'returned') continue
    const face = `${destination.country} ${destination.last4}`
    if (!known.has(face)) known.set(face, destination)
  }
  return [...known.values()]
}
