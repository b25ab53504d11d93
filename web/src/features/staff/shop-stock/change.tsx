import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import type { Location } from '@/lib/staff-shop'
import { useTexts } from '@/lib/text'
import { Submit } from '@/ui/confirm'
import { SelectField, TextField } from '@/ui/fields'
import { FieldErrors, Form, SideBySide, type Values } from '@/ui/form'
import { useToast } from '@/ui/toast'
import { texts } from './texts'
import { KINDS, type Kind, typedPieces } from './typed'

type ChangeProps = { sku: string; locations: readonly Location[] }

/** Receives, counts, moves or puts right. */
export function ChangeStock({ sku, locations }: ChangeProps) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const key = useIdempotencyKey()
  const [kind, setKind] = useState<Kind>('receive')
  const [times, setTimes] = useState(0)
  const kinds = KINDS.filter((it) => it !== 'move' || locations.length > 1)
  const places = locations.map(({ handle, title }) => ({ value: handle, label: title }))
  const change = async (values: Values) => {
    const sent = typedChange(values, kind, sku, t)
    await key.send(sent, (header) =>
      body(api.POST('/v1/shop/stock/changes', { params: { header }, body: sent })),
    )
    toast(t.done)
    setTimes(times + 1)
    await client.invalidateQueries({ queryKey: ['staff', 'shop', 'stock'] })
  }
  return (
    <Form
      key={`${kind} ${times}`}
      label={t.change}
      onSubmit={change}
      aliases={{ 'items/0/quantity': 'quantity' }}
    >
      <SideBySide>
        <SelectField
          name="kind"
          label={t.kind}
          value={kind}
          onChange={(event) => setKind(KINDS.find((it) => it === event.target.value) ?? 'receive')}
          choices={kinds.map((value) => ({ value, label: t[value] }))}
        />
        {places.length > 1 && <SelectField name="location" label={t.from} choices={places} />}
        {kind === 'move' && (
          <SelectField name="to" label={t.to} choices={places} defaultValue={places[1]?.value} />
        )}
      </SideBySide>
      <TextField
        name="quantity"
        label={t.quantity}
        hint={t[`${kind}_hint`]}
        inputMode={kind === 'adjust' ? 'text' : 'numeric'}
        autoComplete="off"
        maxLength={14}
      />
      <TextField
        name="reason"
        label={t.reason}
        hint={t.reason_hint}
        optional={kind !== 'adjust'}
        maxLength={200}
        autoComplete="off"
      />
      {kind === 'receive' && (
        <TextField
          name="reference"
          label={t.reference}
          hint={t.reference_hint}
          optional
          maxLength={100}
          autoComplete="off"
        />
      )}
      <div>
        <Submit>{t[`${kind}_do`]}</Submit>
      </div>
    </Form>
  )
}

type Words = ReturnType<typeof useTexts<(typeof texts)['en']>>

function typedChange(
  values: Values,
  kind: Kind,
  sku: string,
  t: Words,
): Schemas['CreateStockChange'] {
  const quantity = typedPieces(kind, values.quantity ?? '')
  const reason = values.reason?.trim() || null
  const wrong = { receive: t.above_zero, move: t.above_zero, count: t.whole, adjust: t.not_zero }
  if (quantity === null) throw new FieldErrors({ quantity: wrong[kind] })
  if (kind === 'adjust' && reason === null) throw new FieldErrors({ reason: t.needs_reason })
  return {
    kind,
    location: values.location || null,
    to: kind === 'move' ? values.to : null,
    reason,
    reference: values.reference?.trim() || null,
    items: [{ sku, quantity }],
  }
}
