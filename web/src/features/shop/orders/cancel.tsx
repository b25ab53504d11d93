import { useQueryClient } from '@tanstack/react-query'
import { api, body } from '@/api/client'
import type { Order } from '@/lib/shop'
import { orderToken, tokenHeader } from '@/lib/shop-cart'
import { useTexts } from '@/lib/text'
import { useReread } from '@/lib/wallet'
import { Confirm } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import type { Values } from '@/ui/form'
import { isCancellable } from '@/ui/shop/order-state'
import { useToast } from '@/ui/toast'
import { texts } from './texts'

/** What isn't sent yet needn't be. */
export function CancelOrder({ order }: { order: Order }) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const reread = useReread()
  if (!isCancellable(order)) return null
  const isPart = order.lines.some(({ shipped }) => shipped > 0)
  const cancel = async (values: Values) => {
    const params = { path: { id: order.id }, header: tokenHeader(orderToken(order.id)) }
    const reason = values.reason?.trim() || null
    const cancelled = await body(
      api.POST('/v1/shop/orders/{id}/cancel', { params, body: { reason } }),
    )
    client.setQueryData(['shop', 'order', order.id], cancelled)
    toast(t.cancelled)
    await client.invalidateQueries({ queryKey: ['shop', 'orders'] })
    await reread('accounts', 'history', 'balances')
  }
  return (
    <Confirm
      label={isPart ? t.cancel_rest : t.cancel}
      title={t.cancel_title}
      action={t.cancel_do}
      isDanger
      onConfirm={cancel}
    >
      <p>{isPart ? t.cancel_rest_lead : t.cancel_lead}</p>
      <TextField name="reason" label={t.cancel_reason} optional maxLength={200} />
    </Confirm>
  )
}
