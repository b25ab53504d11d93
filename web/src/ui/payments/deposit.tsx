import type { Schemas } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Badge } from '@/ui/shown'
import { paymentTexts } from './texts'

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
  const t = useTexts(paymentTexts)
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
  const t = useTexts(paymentTexts)
  return (card: Deposit['card'] | null | undefined) =>
    card ? t.card(BRANDS[card.brand] ?? t.no_card, card.last4) : t.no_card
}

export function CardName({ card }: { card: Deposit['card'] | null | undefined }) {
  return useCardName()(card)
}

const FAILURES = [
  'card_declined',
  'insufficient_funds',
  'expired_card',
  'incorrect_cvc',
  'processing_error',
  'authentication_failed',
  'account_closed',
  'card_closed',
  'lost_or_stolen_card',
  'expired_or_canceled_card',
] as const

/** Why a payment failed; what a provider calls it where we have no words. */
export function PaymentFailure({ code }: { code: string }) {
  const t = useTexts(paymentTexts)
  const known = FAILURES.find((it) => it === code)
  return known ? t[`f_${known}`] : t.f_other(code)
}

/** What became of a bank's wish to have the money back. */
export function DisputeState({ status }: { status: string }) {
  const t = useTexts(paymentTexts)
  if (status === 'won') return t.dispute_won
  return status === 'lost' ? t.dispute_lost : t.dispute_open
}
