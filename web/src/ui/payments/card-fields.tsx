import type { Schemas } from '@/api/client'
import { hasCode } from '@/lib/problem'
import { useTexts } from '@/lib/text'
import { TextField } from '@/ui/fields'
import { FieldErrors, SideBySide, type Values } from '@/ui/form'
import { parseExpiry } from './card'
import { cardTexts } from './card-texts'

type Props = { number: string; onNumber: (number: string) => void }

/** A new card, as browsers and password managers fill it in. */
export function CardFields({ number, onNumber }: Props) {
  const t = useTexts(cardTexts)
  return (
    <>
      <TextField
        name="card/number"
        label={t.number}
        inputMode="numeric"
        autoComplete="cc-number"
        maxLength={30}
        value={number}
        onChange={(event) => onNumber(event.target.value)}
      />
      <SideBySide>
        <TextField
          name="expiry"
          label={t.expiry}
          hint={t.expiry_hint}
          inputMode="numeric"
          autoComplete="cc-exp"
          maxLength={9}
        />
        <TextField
          name="card/cvc"
          label={t.cvc}
          hint={t.cvc_hint}
          inputMode="numeric"
          autoComplete="cc-csc"
          maxLength={4}
        />
      </SideBySide>
    </>
  )
}

type CardTexts = Record<'bad_number' | 'bad_expiry' | 'expired' | 'bad_cvc', string>

/** The card that the fields hold, or what is wrong with it. */
export function cardOf(values: Values, t: CardTexts): Schemas['CardInput'] {
  const number = (values['card/number'] ?? '').replace(/\s/g, '')
  const cvc = (values['card/cvc'] ?? '').trim()
  const expiry = parseExpiry(values.expiry ?? '')
  const flaws = {
    ...(/^\d{12,19}$/.test(number) ? {} : { 'card/number': t.bad_number }),
    ...(expiry ? {} : { expiry: t.bad_expiry }),
    ...(/^\d{3,4}$/.test(cvc) ? {} : { 'card/cvc': t.bad_cvc }),
  }
  if (!expiry || Object.keys(flaws).length > 0) throw new FieldErrors(flaws)
  return { number, exp_month: expiry.month, exp_year: expiry.year, cvc }
}

/** What the provider says about a card belongs to the field that is wrong. */
export function refusedCard(error: unknown, t: CardTexts): unknown {
  if (hasCode(error, 'payments.card.number_invalid')) {
    return new FieldErrors({ 'card/number': t.bad_number })
  }
  if (hasCode(error, 'payments.card.expired')) return new FieldErrors({ expiry: t.expired })
  if (hasCode(error, 'payments.card.cvc_invalid')) return new FieldErrors({ 'card/cvc': t.bad_cvc })
  return error
}
