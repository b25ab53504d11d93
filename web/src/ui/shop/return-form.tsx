import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { useIdempotencyKey } from '@/lib/idempotency'
import {
  type Order,
  type OrderReturn,
  type Product,
  productQuery,
  type Variant,
  variantName,
} from '@/lib/shop'
import { orderToken, tokenHeader } from '@/lib/shop-cart'
import { useLanguage, useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { CheckField, SelectField, TextAreaField, TextField } from '@/ui/fields'
import { FieldErrors, SideBySide, type Values } from '@/ui/form'
import { useToast } from '@/ui/toast'
import { differenceOf, itemsOf, offered, type Wish } from './exchange'
import styles from './order.module.css'
import { returnTexts } from './return-texts'
import { nameOfLine, RETURN_REASONS, returnable } from './returns'

type Left = ReturnType<typeof returnable>[number]

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
    const { back, wishes } = typedReturn(values, lines, t)
    const asked: Schemas['CreateReturn'] = {
      lines: back,
      note: values.note?.trim() || null,
      exchange: itemsOf(wishes),
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
      <Wishes lines={lines} order={order} isStaff={isStaff} />
      <TextAreaField name="note" label={t.note} optional rows={2} maxLength={500} />
    </Confirm>
  )
}

type Typed = { readonly isChosen: boolean; readonly pieces: string; readonly instead: string }
type WishesProps = { lines: readonly Left[]; order: Order; isStaff: boolean | undefined }

/** What comes back, what is wanted for it, and what that costs more or less. */
function Wishes({ lines, order, isStaff }: WishesProps) {
  const t = useTexts(returnTexts)
  const { language } = useLanguage()
  const [typed, setTyped] = useState<Readonly<Record<string, Typed>>>({})
  const of = ({ line, left }: Left): Typed =>
    typed[line.id] ?? { isChosen: lines.length === 1, pieces: String(left), instead: '' }
  // An order may have a thousand lines: what nobody sends back isn't asked for.
  const chosen = lines.filter((it) => of(it).isChosen)
  const products = [...new Set(chosen.map(({ line }) => line.product))]
  const found = useQueries({ queries: products.map((id) => productQuery(id, language)) })
  const variants = found.flatMap(({ data }) => data?.variants ?? [])
  const wishes = chosen.map((it) => wishOf(it, of(it).pieces, of(it).instead))
  const difference = differenceOf(wishes, variants, order.currency)
  const money = (units: bigint) =>
    `${formatAmount(units < 0n ? -units : units, order.scale, language)} ${order.currency}`
  const more = isStaff ? t.more_staff : t.more
  const less = isStaff ? t.less_staff : t.less
  return (
    <>
      {lines.map((it) => {
        const product = found.find(({ data }) => data?.id === it.line.product)?.data
        return (
          <Chosen
            key={it.line.id}
            of={it}
            order={order}
            typed={of(it)}
            onType={(its) => setTyped({ ...typed, [it.line.id]: its })}
            options={product?.options ?? []}
            offers={offered(product?.variants ?? [], order.currency)}
            money={money}
            isStaff={isStaff}
          />
        )
      })}
      {difference !== null && (
        <p role="status">
          {difference === 0n && t.equal}
          {difference > 0n && more(money(difference))}
          {difference < 0n && less(money(difference))}
        </p>
      )}
    </>
  )
}

type ChosenProps = Pick<WishesProps, 'order' | 'isStaff'> & {
  of: Left
  typed: Typed
  onType: (typed: Typed) => void
  options: Product['options']
  offers: readonly Variant[]
  money: (units: bigint) => string
}

/** A line, and, once it is chosen, how much of it, why, and what for. */
function Chosen({ of, order, typed, onType, options, offers, money, isStaff }: ChosenProps) {
  const t = useTexts(returnTexts)
  const { line, left } = of
  const name = nameOfLine(order, line.id)
  return (
    <fieldset className={styles.chosen}>
      <legend className="visually-hidden">{name}</legend>
      <CheckField
        name={line.id}
        label={name}
        checked={typed.isChosen}
        onChange={(event) => onType({ ...typed, isChosen: event.target.checked })}
      />
      {typed.isChosen && (
        <>
          <SideBySide>
            <TextField
              name={`${line.id}/pieces`}
              label={t.pieces}
              inputMode="numeric"
              autoComplete="off"
              maxLength={7}
              value={typed.pieces}
              onChange={(event) => onType({ ...typed, pieces: event.target.value })}
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
          <SelectField
            name={`${line.id}/instead`}
            label={isStaff ? t.instead_staff : t.instead}
            value={typed.instead}
            onChange={(event) => onType({ ...typed, instead: event.target.value })}
            choices={[
              { value: '', label: t.money },
              { value: line.variant, label: t.same },
              ...offers
                .filter(({ id }) => id !== line.variant)
                .map((variant) => ({
                  value: variant.id,
                  label: nameOfOffer(variant, wishOf(of, typed.pieces, variant.id)),
                })),
            ]}
          />
        </>
      )}
    </fieldset>
  )

  function nameOfOffer(variant: Variant, wish: Wish): string {
    const difference = differenceOf([wish], [variant], order.currency) ?? 0n
    const title = variantName(options, variant)
    if (difference === 0n) return t.another(title)
    const word = difference > 0n ? t.dearer : t.cheaper
    return t.another(`${title}, ${word(money(difference))}`)
  }
}

/** Of what isn't a number of pieces yet, there is one. */
function wishOf({ line, left }: Left, typed: string, instead: string): Wish {
  const pieces = piecesOf(typed, left) ?? 1
  return { line, pieces, variant: instead === '' ? null : instead }
}

function piecesOf(typed: string | undefined, most: number): number | null {
  const text = typed?.trim() ?? ''
  const pieces = /^\d{1,7}$/.test(text) ? Number(text) : 0
  return pieces >= 1 && pieces <= most ? pieces : null
}

type Words = ReturnType<typeof useTexts<(typeof returnTexts)['en']>>

function typedReturn(values: Values, lines: readonly Left[], t: Words) {
  const flaws: Record<string, string> = {}
  const wishes: Wish[] = []
  const back = lines.flatMap((it) => {
    const { line, left } = it
    if (values[line.id] !== 'on') return []
    const [pieces, why] = [`${line.id}/pieces`, `${line.id}/reason`] as const
    const quantity = piecesOf(values[pieces], left)
    if (quantity === null) flaws[pieces] = t.flaw_pieces(left)
    const reason = RETURN_REASONS.find((known) => known === values[why])
    if (!reason) flaws[why] = t.flaw_reason
    if (quantity === null || !reason) return []
    wishes.push(wishOf(it, String(quantity), values[`${line.id}/instead`] ?? ''))
    return [{ line: line.id, quantity, reason }]
  })
  if (Object.keys(flaws).length > 0) throw new FieldErrors(flaws)
  if (back.length === 0) throw new FieldErrors({}, t.flaw_nothing)
  return { back, wishes }
}
