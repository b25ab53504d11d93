import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { editableAmount, formatAmount } from '@/lib/amount'
import { useIdempotencyKey } from '@/lib/idempotency'
import { type Language, useLanguage, useTexts } from '@/lib/text'
import { AmountField, amountOf } from '@/ui/amount-field'
import { Confirm } from '@/ui/confirm'
import { SelectField, TextField } from '@/ui/fields'
import { FieldErrors, type Values } from '@/ui/form'
import { useToast } from '@/ui/toast'
import { useOrderReread } from './order'
import { texts } from './stranded-texts'

export type Stranded = Schemas['StrandedRefund']

export const STRANDED = ['staff', 'shop', 'stranded-refunds'] as const

const OUTSIDE = 'outside'

/** Gives back otherwise what could not go back to a card, or a part of it. */
export function SettleStranded({ of }: { of: Stranded }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const client = useQueryClient()
  const toast = useToast()
  const key = useIdempotencyKey()
  const reread = useOrderReread()
  if (of.open === '0') return null
  const amount = `${formatAmount(of.open, of.scale, language)} ${of.currency}`
  const settle = async (values: Values) => {
    const typed = typedSettlement(values, of, language)
    await key.send(typed, (header) =>
      body(
        api.POST('/v1/shop/stranded-refunds/{id}/settle', {
          params: { path: { id: of.id }, header },
          body: typed,
        }),
      ),
    )
    toast(t.done)
    await Promise.all([client.invalidateQueries({ queryKey: STRANDED }), reread(of.order)])
  }
  return (
    <Confirm label={t.settle} title={t.settle_title} action={t.settle_do} onConfirm={settle}>
      <p>{t.settle_lead(amount)}</p>
      <Fields of={of} />
    </Confirm>
  )
}

/** A guest has no wallet. What was paid outside, others have to find again. */
function Fields({ of }: { of: Stranded }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const ways = [
    ...(of.user ? [{ value: 'wallet', label: t.kind_wallet }] : []),
    { value: OUTSIDE, label: t.kind_outside },
  ]
  const [kind, setKind] = useState(ways[0]?.value)
  const isOutside = kind === OUTSIDE
  return (
    <>
      <SelectField
        name="kind"
        label={t.kind}
        value={kind}
        onChange={(event) => setKind(event.target.value)}
        choices={ways}
      />
      <AmountField
        name="amount"
        label={t.amount}
        asset={of.currency}
        scale={of.scale}
        defaultValue={editableAmount(of.open, of.scale, language)}
      />
      {isOutside && (
        <TextField
          name="reference"
          label={t.reference}
          hint={t.reference_hint}
          autoComplete="off"
          maxLength={200}
        />
      )}
      <TextField name="reason" label={t.reason} optional={!isOutside} maxLength={500} />
    </>
  )
}

/** What was typed, as the API takes it, or a `FieldErrors`. */
export function typedSettlement(
  values: Values,
  { scale }: Pick<Stranded, 'scale'>,
  language: Language,
): Schemas['SettleStrandedRefund'] {
  const t = texts[language]
  const amount = amountOf(values, 'amount', scale, language)
  const reason = values.reason?.trim() || null
  if (values.kind !== OUTSIDE) return { kind: 'wallet', amount, reason }
  const reference = values.reference?.trim()
  if (!reference) throw new FieldErrors({ reference: t.reference_needed })
  if (!reason) throw new FieldErrors({ reason: t.reason_needed })
  return { kind: OUTSIDE, amount, reason, reference }
}
