import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import type { Order, OrderReturn } from '@/lib/shop'
import { orderToken, tokenHeader } from '@/lib/shop-cart'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { CheckField, SelectField, TextAreaField, TextField } from '@/ui/fields'
import { FieldErrors, SideBySide, type Values } from '@/ui/form'
import { useToast } from '@/ui/toast'
import styles from './order.module.css'
import { returnTexts } from './return-texts'
import { nameOfLine, RETURN_REASONS, returnable } from './returns'

type Left = ReturnType<typeof returnable>[number]
type Back = ReturnType<typeof typedReturn>

const SAME = 'same'

type AskReturnProps = {
  order: Order
  returns: readonly OrderReturn[]
  /** Staff makes what needs no approval. */
  isStaff?: boolean
  onDone: () => Promise<unknown>
}

/** Asks for pieces of an order to be taken back, while there are some. */
export function AskReturn({ order, returns, isStaff, onDone }: AskReturnProps) {
  const t = useTexts(returnTexts)
  const toast = useToast()
  const key = useIdempotencyKey()
  const lines = returnable(order.lines, returns)
  if (lines.length === 0) return null
  const send = async (values: Values) => {
    const back = typedReturn(values, lines, t)
    const asked: Schemas['CreateReturn'] = {
      lines: back,
      note: values.note?.trim() || null,
      exchange: values.instead === SAME ? sameAgain(back, lines) : [],
    }
    const path = { id: order.id }
    await key.send(asked, (header) =>
      body(
        api.POST('/v1/shop/orders/{id}/returns', {
          params: { path, header: { ...header, ...tokenHeader(orderToken(order.id)) } },
          body: asked,
        }),
      ),
    )
    toast(isStaff ? t.made : t.asked)
    await onDone()
  }
  return (
    <Confirm
      label={isStaff ? t.make : t.ask}
      title={isStaff ? t.make_title : t.ask_title}
      action={isStaff ? t.make_do : t.ask_do}
      onConfirm={send}
    >
      <p className="muted">{isStaff ? t.make_lead : t.ask_lead}</p>
      {lines.map((it) => (
        <Chosen key={it.line.id} of={it} order={order} isOnly={lines.length === 1} />
      ))}
      <SelectField
        name="instead"
        label={isStaff ? t.instead_staff : t.instead}
        choices={[
          { value: '', label: t.money },
          { value: SAME, label: t.same },
        ]}
      />
      <TextAreaField name="note" label={t.note} optional rows={2} maxLength={500} />
    </Confirm>
  )
}

/** A line, and, once it is chosen, how much of it and why. */
function Chosen({ of, order, isOnly }: { of: Left; order: Order; isOnly: boolean }) {
  const t = useTexts(returnTexts)
  const [isChosen, setChosen] = useState(isOnly)
  const { line, left } = of
  const name = nameOfLine(order, line.id)
  return (
    <fieldset className={styles.chosen}>
      <legend className="visually-hidden">{name}</legend>
      <CheckField
        name={line.id}
        label={name}
        checked={isChosen}
        onChange={(event) => setChosen(event.target.checked)}
      />
      {isChosen && (
        <SideBySide>
          <TextField
            name={`${line.id}/pieces`}
            label={t.pieces}
            inputMode="numeric"
            autoComplete="off"
            maxLength={7}
            defaultValue={String(left)}
            end={<span className={styles.of}>{t.of(left)}</span>}
          />
          <SelectField
            name={`${line.id}/reason`}
            label={t.why}
            choices={[
              { value: '', label: t.choose },
              ...RETURN_REASONS.map((value) => ({ value, label: t[`reason_${value}`] })),
            ]}
          />
        </SideBySide>
      )}
    </fieldset>
  )
}

type Words = ReturnType<typeof useTexts<(typeof returnTexts)['en']>>

function typedReturn(values: Values, lines: readonly Left[], t: Words) {
  const flaws: Record<string, string> = {}
  const typed = lines.flatMap(({ line, left }) => {
    if (values[line.id] !== 'on') return []
    const [pieces, why] = [`${line.id}/pieces`, `${line.id}/reason`] as const
    const text = values[pieces]?.trim() ?? ''
    const quantity = /^\d{1,7}$/.test(text) ? Number(text) : 0
    if (quantity < 1 || quantity > left) flaws[pieces] = t.flaw_pieces(left)
    const reason = RETURN_REASONS.find((it) => it === values[why])
    if (!reason) flaws[why] = t.flaw_reason
    return reason ? [{ line: line.id, quantity, reason }] : []
  })
  if (Object.keys(flaws).length > 0) throw new FieldErrors(flaws)
  if (typed.length === 0) throw new FieldErrors({}, t.flaw_nothing)
  return typed
}

/** As many pieces as come back; lines of an order may be about the same thing. */
function sameAgain(back: Back, lines: readonly Left[]): Schemas['CreateExchangeItem'][] {
  const pieces = new Map<string, number>()
  for (const { line: id, quantity } of back) {
    const variant = lines.find(({ line }) => line.id === id)?.line.variant ?? ''
    pieces.set(variant, (pieces.get(variant) ?? 0) + quantity)
  }
  return [...pieces].map(([variant, quantity]) => ({ variant, quantity }))
}
