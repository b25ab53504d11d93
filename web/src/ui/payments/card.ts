import type { Deposit } from '@/ui/payments/deposit'

/** A card to pay with again. */
export type KnownCard = NonNullable<Deposit['card']> & { readonly token: string }

/** `12/40`, `12 / 2040` or `1240`: the month and the whole year. */
export function parseExpiry(text: string): { month: number; year: number } | null {
  const match = /^(0?[1-9]|1[0-2])\s*[/.-]?\s*(\d{2}|20\d{2})$/.exec(text.trim())
  if (!match) return null
  const [, month = '', year = ''] = match
  return { month: Number(month), year: year.length === 2 ? 2_000 + Number(year) : Number(year) }
}

const WENT_WELL = ['succeeded', 'partly_refunded', 'refunded']

/** The cards of earlier deposits with a provider that went well, newest first, each once. */
export function knownCards(deposits: readonly Deposit[], provider: string): readonly KnownCard[] {
  const cards = new Map<string, KnownCard>()
  for (const deposit of deposits) {
    const { card } = deposit
    // A provider that keeps its cards gives no token to pay with again.
    if (!card?.token || deposit.provider !== provider) continue
    const face = `${card.brand} ${card.last4}`
    if (!WENT_WELL.includes(deposit.status) || cards.has(face)) continue
    cards.set(face, { ...card, token: card.token })
  }
  return [...cards.values()]
}
