import type { Schemas } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Badge } from '@/ui/shown'
import { texts } from './texts'

export type Deposit = Schemas['Deposit']

const TONES = {
  pending: 'info',
  requires_action: 'warning',
  succeeded: 'good',
  failed: 'bad',
  partly_refunded: 'neutral',
  refunded: 'neutral',
  disputed: 'bad',
} as const

export function DepositBadge({ status }: { status: Deposit['status'] }) {
  const t = useTexts(texts)
  return <Badge tone={TONES[status]}>{t[`s_${status}`]}</Badge>
}

const BRANDS: Readonly<Record<string, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
}

/** Some providers tell the card only later. */
export function useCardName() {
  const t = useTexts(texts)
  return (card: Deposit['card'] | null | undefined) =>
    card ? t.card(BRANDS[card.brand] ?? t.no_card, card.last4) : t.no_card
}

export function CardName({ card }: { card: Deposit['card'] | null | undefined }) {
  return useCardName()(card)
}
