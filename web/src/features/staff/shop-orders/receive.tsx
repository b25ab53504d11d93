import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { useIdempotencyKey } from '@/lib/idempotency'
import type { Order, OrderReturn } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { AmountField, amountOf } from '@/ui/amount-field'
import { Confirm } from '@/ui/confirm'
import { CheckField, TextField } from '@/ui/fields'
import { FieldErrors, SideBySide, type Values } from '@/ui/form'
import { nameOfLine } from '@/ui/shop/returns'
import { useToast } from '@/ui/toast'
import styles from './order.module.css'
import { shippingLeft } from './refund'
import { useReturnDone } from './return-actions'
import { texts } from './return-texts'
import { From } from './ship'

const SHIPPING = 'refund/shipping'

/** Takes what arrived: on a shelf or off the books, with its money or without. */
export function ReceiveReturn({ of, order }: { of: OrderReturn; order: Order }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const key = useIdempotencyKey()
  const done = useReturnDone()
  if (of.state !== 'approved') return null
  const receive = async (values: Values) => {
    const shipping = values[SHIPPING]?.trim()
      ? amountOf(values, SHIPPING, order.scale, language)
      : '0'
    const receipt: Schemas['ReceiveReturn'] = {
      lines: typedReceipt(values, of, t),
      location: values.location || null,
      refund: values.refund === 'on' ? { shipping } : null,
    }
    const params = { path: { id: of.id } }
    const received = await key.send(receipt, (header) =>
      body(
        api.POST('/v1/shop/returns/{id}/receive', {
          params: { ...params, header },
          body: receipt,
        }),
      ),
    )
    toast(t.received)
    await done(received)
  }
  return (
    <Confirm
      label={t.receive}
      look="primary"
      title={t.receive_title}
      action={t.receive_do}
      onConfirm={receive}
    >
      <p className="muted">{t.receive_lead}</p>
      {of.lines.map((line) => (
        <Arrived key={line.line} line={line} name={nameOfLine(order, line.line)} />
      ))}
      <From label={t.where} />
      <PayBack order={order} />
    </Confirm>
  )
}

/** Of what is broken, nobody expects that it is sold again. */
function Arrived({ line, name }: { line: OrderReturn['lines'][number]; name: string }) {
  const t = useTexts(texts)
  const { line: id, quantity, reason } = line
  const isBroken = reason === 'damaged'
  const pieces = (field: string, label: string, expected: number) => (
    <TextField
      name={`${id}/${field}`}
      label={label}
      inputMode="numeric"
      autoComplete="off"
      maxLength={7}
      defaultValue={String(expected)}
    />
  )
  return (
    <fieldset>
      <legend className={styles.arrived}>
        <strong>{name}</strong> <span className="muted">{t.of(quantity)}</span>
      </legend>
      <SideBySide>
        {pieces('restock', t.shelf, isBroken ? 0 : quantity)}
        {pieces('write_off', t.write_off, isBroken ? quantity : 0)}
      </SideBySide>
    </fieldset>
  )
}

function PayBack({ order }: { order: Order }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [isPaid, setPaid] = useState(true)
  const left = shippingLeft(order)
  const { scale, currency } = order
  return (
    <>
      <CheckField
        name="refund"
        label={t.pay_back}
        checked={isPaid}
        onChange={(event) => setPaid(event.target.checked)}
      />
      {isPaid && left > 0n && (
        <AmountField
          name={SHIPPING}
          label={t.pay_back_shipping}
          hint={t.at_most(`${formatAmount(left, scale, language)} ${currency}`)}
          optional
          asset={currency}
          scale={scale}
        />
      )}
    </>
  )
}

type Words = ReturnType<typeof useTexts<(typeof texts)['en']>>

function typedReceipt(values: Values, { lines }: OrderReturn, t: Words) {
  const flaws: Record<string, string> = {}
  const typed = lines.map(({ line, quantity }) => {
    const count = (field: string) => {
      const name = `${line}/${field}`
      const text = values[name]?.trim() || '0'
      if (!/^\d{1,7}$/.test(text)) flaws[name] = t.whole_number
      return Number(text)
    }
    const [restock, write_off] = [count('restock'), count('write_off')]
    if (restock + write_off > quantity) flaws[`${line}/restock`] ??= t.too_many(quantity)
    return { line, restock, write_off }
  })
  if (Object.keys(flaws).length > 0) throw new FieldErrors(flaws)
  const came = typed.filter(({ restock, write_off }) => restock + write_off > 0)
  if (came.length === 0) throw new FieldErrors({}, t.nothing)
  return came
}
