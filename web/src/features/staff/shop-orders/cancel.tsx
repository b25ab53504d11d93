import { api, body } from '@/api/client'
import type { Order } from '@/lib/shop'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import type { Values } from '@/ui/form'
import { isCancellable } from '@/ui/shop/order-state'
import { useToast } from '@/ui/toast'
import { useOrderReread } from './order'
import { texts } from './texts'

/** Cancels what isn't sent yet. */
export function CancelOrder({ order }: { order: Order }) {
  const t = useTexts(texts)
  const toast = useToast()
  const reread = useOrderReread()
  if (!isCancellable(order)) return null
  const cancel = async (values: Values) => {
    const params = { path: { id: order.id } }
    const reason = values.reason?.trim() || null
    await body(api.POST('/v1/shop/orders/{id}/cancel', { params, body: { reason } }))
    toast(t.cancelled)
    await reread(order.id)
  }
  return (
    <Confirm
      label={t.cancel}
      title={t.cancel_title}
      action={t.cancel_do}
      isDanger
      onConfirm={cancel}
    >
      <p>{t.cancel_lead}</p>
      <TextField name="reason" label={t.reason} optional maxLength={200} />
    </Confirm>
  )
}
