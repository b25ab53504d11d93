import { useQueryClient } from '@tanstack/react-query'
import { api, body } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import type { Order } from '@/lib/shop'
import { orderToken, tokenHeader } from '@/lib/shop-cart'
import { useLanguage, useTexts } from '@/lib/text'
import { useReread } from '@/lib/wallet'
import { Notice } from '@/ui/notice'
import { Section } from '@/ui/page'
import { PaymentFailure } from '@/ui/payments/deposit'
import { NextStep } from '@/ui/payments/provider'
import { dueOf } from '@/ui/shop/order-state'
import { PayForm, type Payments } from '@/ui/shop/pay-form'
import { texts } from './texts'

/** What is still to be done so that an order is paid: confirm, wait, or pay once more. */
export function PayOrder({ order }: { order: Order }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const client = useQueryClient()
  const reread = useReread()
  if (order.status !== 'placed') return null
  const waiting = order.payments.find(({ status }) => status === 'pending')
  const due = dueOf(order)
  const failed = order.payments.findLast(({ failure }) => failure !== null)
  const pay = async (payments: Payments) => {
    const params = { path: { id: order.id }, header: tokenHeader(orderToken(order.id)) }
    const paid = await body(
      api.POST('/v1/shop/orders/{id}/payments', { params, body: { payments: [...payments] } }),
    )
    client.setQueryData(['shop', 'order', order.id], paid)
    await reread('accounts', 'history', 'balances')
  }
  return (
    <Section title={t.pay}>
      {waiting?.next_action && (
        <>
          <p>{waiting.next_action.kind === 'stripe_form' ? t.pay_card : t.pay_confirm}</p>
          <div>
            <NextStep
              action={waiting.next_action}
              search={{ order: order.id }}
              pay={t.pay_do}
              onTold={() => client.invalidateQueries({ queryKey: ['shop', 'order', order.id] })}
            />
          </div>
        </>
      )}
      {waiting && !waiting.next_action && <p role="status">{t.pay_waiting}</p>}
      {!waiting && failed?.failure && (
        <Notice tone="bad">
          <PaymentFailure code={failed.failure} />
        </Notice>
      )}
      {order.credit !== '0' && (
        <p>
          {t.pay_credit(`${formatAmount(order.credit, order.scale, language)} ${order.currency}`)}
        </p>
      )}
      {!waiting && due !== '0' && (
        <PayForm label={t.pay} due={{ currency: order.currency, total: due }} onPay={pay} />
      )}
    </Section>
  )
}
