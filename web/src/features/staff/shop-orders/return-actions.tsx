import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api, body } from '@/api/client'
import type { OrderReturn } from '@/lib/shop'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { CheckField, TextAreaField } from '@/ui/fields'
import { FieldErrors, type Values } from '@/ui/form'
import { useToast } from '@/ui/toast'
import { returnQuery, useOrderReread } from './order'
import { texts } from './return-texts'

/** Shows what a return has become, and has what it touched read again. */
export function useReturnDone() {
  const client = useQueryClient()
  const reread = useOrderReread()
  return useCallback(
    (changed: OrderReturn) => {
      client.setQueryData(returnQuery(changed.id).queryKey, changed)
      return reread(changed.order)
    },
    [client, reread],
  )
}

export function ApproveReturn({ of }: { of: OrderReturn }) {
  const t = useTexts(texts)
  const toast = useToast()
  const done = useReturnDone()
  if (of.state !== 'requested') return null
  const approve = async (values: Values) => {
    const params = { path: { id: of.id } }
    const decision = {
      reason: values.reason?.trim() || null,
      at_once: values.at_once === 'on',
    }
    const approved = await body(
      api.POST('/v1/shop/returns/{id}/approve', { params, body: decision }),
    )
    toast(t.approved)
    await done(approved)
  }
  return (
    <Confirm
      label={t.approve}
      look="primary"
      title={t.approve_title}
      action={t.approve}
      onConfirm={approve}
    >
      <p>{t.approve_lead}</p>
      {of.exchange && <CheckField name="at_once" label={t.at_once} />}
      <TextAreaField name="reason" label={t.approve_reason} optional rows={2} maxLength={500} />
    </Confirm>
  )
}

export function RejectReturn({ of }: { of: OrderReturn }) {
  const t = useTexts(texts)
  const toast = useToast()
  const done = useReturnDone()
  if (of.state !== 'requested') return null
  const reject = async (values: Values) => {
    const reason = values.reason?.trim()
    if (!reason) throw new FieldErrors({ reason: t.reject_needed })
    const params = { path: { id: of.id } }
    const rejected = await body(
      api.POST('/v1/shop/returns/{id}/reject', { params, body: { reason } }),
    )
    toast(t.rejected)
    await done(rejected)
  }
  return (
    <Confirm
      label={t.reject}
      title={t.reject_title}
      action={t.reject_do}
      isDanger
      onConfirm={reject}
    >
      <p>{t.reject_lead}</p>
      <TextAreaField name="reason" label={t.reject_reason} rows={2} maxLength={500} />
    </Confirm>
  )
}

const CLOSABLE: readonly string[] = ['requested', 'approved', 'received']

/** Ends a return of which nothing more comes. */
export function CloseReturn({ of }: { of: OrderReturn }) {
  const t = useTexts(texts)
  const toast = useToast()
  const done = useReturnDone()
  if (!CLOSABLE.includes(of.state)) return null
  const close = async () => {
    const params = { path: { id: of.id } }
    const closed = await body(api.POST('/v1/shop/returns/{id}/close', { params }))
    toast(t.closed)
    await done(closed)
  }
  return (
    <Confirm label={t.close} title={t.close_title} action={t.close_do} isDanger onConfirm={close}>
      <p>{of.state === 'received' ? t.close_lead_here : t.close_lead_awaited}</p>
    </Confirm>
  )
}
