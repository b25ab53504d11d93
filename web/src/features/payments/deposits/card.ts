import type { Deposit } from './shown'

/** `12/40`, `12 / 2040` or `1240`: the month and the whole year. */
export function parseExpiry(text: string): { month: number; year: number } | null {
  const match = /^(0?[1-9]|1[0-2])\s*[/.-]?\s*(\d{2}|20\d{2})$/.exec(text.trim())
  if (!match) return null
  const [, month = '', year = ''] = match
  return { month: Number(month), year: year.length === 2 ? 2_000 + Number(year) : Number(year) }
}

const WENT_WELL = ['succeeded', 'partly_refunded', 'refunded']

/** The cards of earlier deposits that went well, newest first, each once. */
export function knownCards(deposits: readonly Deposit[]): readonly NonNullable<Deposit['card']>[] {
  const cards = new Map<string, NonNullable<Deposit['card']>>()
  for (const { card, status } of deposits) {
    // A provider that keeps its cards gives no token to pay with again.
    if (!card?.token || !WENT_WELL.includes(status)) continue
    const face = `${card.brand} ${card.last4}`
    if (!cards.has(face)) cards.set(face, card)
  }
  return [...cards.values()]
}
