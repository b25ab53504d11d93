import { api, body, type Schemas } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { useIdempotencyKey } from '@/lib/idempotency'
import { fullTitle, type Order } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { AmountField, amountOf } from '@/ui/amount-field'
import { Confirm } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import { FieldErrors, type Values } from '@/ui/form'
import { refundable } from '@/ui/shop/order-state'
import { useToast } from '@/ui/toast'
import { useOrderReread } from './order'
import { texts } from './texts'

const SHIPPING = 'shipping'

/** Gives money back for what was sent, line by line. */
export function RefundOrder({ order }: { order: Order }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const key = useIdempotencyKey()
  const reread = useOrderReread()
  const lines = order.lines.filter((line) => refundable(line) > 0n)
  const shipping = shippingLeft(order)
  if (lines.length === 0 && shipping === 0n) return null
  const { scale, currency } = order
  const most = (units: bigint) => t.refund_of(`${formatAmount(units, scale, language)} ${currency}`)
  const refund = async (values: Values) => {
    const typed = (name: string) =>
      values[name]?.trim() ? amountOf(values, name, scale, language) : null
    const given = lines.flatMap((line) => {
      const amount = typed(line.id)
      return amount ? [{ line: line.id, amount }] : []
    })
    const ofShipping = typed(SHIPPING)
    const first = lines[0]?.id ?? SHIPPING
    if (given.length === 0 && !ofShipping) throw new FieldErrors({ [first]: t.refund_nothing })
    const asked: Schemas['CreateOrderRefund'] = {
      lines: given,
      shipping: ofShipping ?? '0',
      reason: values.reason?.trim() || null,
    }
    await key.send(asked, (header) =>
      body(
        api.POST('/v1/shop/orders/{id}/refunds', {
          params: { path: { id: order.id }, header },
          body: asked,
        }),
      ),
    )
    toast(t.refunded)
    await reread(order.id)
  }
  return (
    <Confirm label={t.refund} title={t.refund_title} action={t.refund_do} onConfirm={refund}>
      <p className="muted">{t.refund_lead}</p>
      {lines.map((line) => (
        <AmountField
          key={line.id}
          name={line.id}
          label={fullTitle(line)}
          hint={most(refundable(line))}
          optional
          asset={currency}
          scale={scale}
        />
      ))}
      {shipping > 0n && (
        <AmountField
          name={SHIPPING}
          label={t.refund_shipping}
          hint={most(shipping)}
          optional
          asset={currency}
          scale={scale}
        />
      )}
      <TextField name="reason" label={t.reason} optional maxLength={200} />
    </Confirm>
  )
}

/** The sending is earned with the first parcel. */
export function shippingLeft({ shipping, shipments, refunds }: Order): bigint {
  if (!shipments.some(({ state }) => state === 'shipped')) return 0n
  const back = refunds
    .filter(({ state }) => state !== 'refused')
    .reduce((sum, refund) => sum + BigInt(refund.shipping), 0n)
  const left = BigInt(shipping) - back
  return left > 0n ? left : 0n
}
