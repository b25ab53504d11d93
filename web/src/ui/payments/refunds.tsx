import { useQuery } from '@tanstack/react-query'
import { api, body } from '@/api/client'
import { editableAmount, formatAmount } from '@/lib/amount'
import { useIdempotencyKey } from '@/lib/idempotency'
import { useLanguage, useTexts } from '@/lib/text'
import { useReread } from '@/lib/wallet'
import { AmountField, amountOf } from '@/ui/amount-field'
import { Confirm } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import type { Values } from '@/ui/form'
import { Item, List } from '@/ui/list'
import { Section } from '@/ui/page'
import { Badge, Money, When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import type { Deposit } from './deposit'
import { paymentTexts } from './texts'

/** Gives back to the card what is left of a deposit, or a part of it; only where that is possible. */
export function RefundButton({ deposit }: { deposit: Deposit }) {
  const t = useTexts(paymentTexts)
  const { language } = useLanguage()
  const { amount, refunded, scale, asset } = deposit
  const refund = useRefund(deposit)
  const left = (BigInt(amount) - BigInt(refunded)).toString()
  if (deposit.status !== 'succeeded' && deposit.status !== 'partly_refunded') return null
  return (
    <Confirm label={t.refund} title={t.refund_title} action={t.refund_action} onConfirm={refund}>
      <p>{t.refund_lead(`${formatAmount(left, scale, language)} ${asset}`)}</p>
      <AmountField
        name="amount"
        label={t.refund_amount}
        asset={asset}
        scale={scale}
        defaultValue={editableAmount(left, scale, language)}
      />
      <TextField name="reason" label={t.refund_reason} optional maxLength={200} />
    </Confirm>
  )
}

function useRefund(deposit: Deposit) {
  const t = useTexts(paymentTexts)
  const { language } = useLanguage()
  const toast = useToast()
  const reread = useReread()
  const idempotency = useIdempotencyKey()
  return async (values: Values) => {
    const content = {
      amount: amountOf(values, 'amount', deposit.scale, language),
      reason: values.reason?.trim() || undefined,
    }
    await idempotency.send(content, (header) => {
      const params = { path: { id: deposit.id }, header }
      return api.POST('/v1/payments/deposits/{id}/refunds', { params, body: content })
    })
    toast(t.refund_toast)
    await reread('deposits', 'accounts', 'history', 'balances', 'staff')
  }
}

const ASK_MS = 2_000
const TONES = { pending: 'info', succeeded: 'good', failed: 'bad' } as const

/** What went back to the card; nothing as long as nothing did. */
export function Refunds({ deposit }: { deposit: Deposit }) {
  const t = useTexts(paymentTexts)
  const refunds = useQuery({
    queryKey: ['deposits', 'refunds', deposit.id],
    queryFn: async () => {
      const params = { path: { id: deposit.id } }
      return (await body(api.GET('/v1/payments/deposits/{id}/refunds', { params }))).data
    },
    // Staff hears no events of others.
    refetchInterval: ({ state }) =>
      state.data?.some(({ status }) => status === 'pending') ? ASK_MS : false,
  })
  if (refunds.data?.length === 0) return null
  return (
    <Section title={t.refunds}>
      <Loaded query={refunds} lines={1}>
        {(all) => (
          <List label={t.refunds}>
            {all.map((refund) => (
              <Item
                key={refund.id}
                end={<Badge tone={TONES[refund.status]}>{t[`r_${refund.status}`]}</Badge>}
              >
                <Money units={refund.amount} scale={refund.scale} asset={refund.asset} />
                <p className="muted">
                  <When at={refund.created_at} /> {refund.reason && `· ${refund.reason}`}
                </p>
              </Item>
            ))}
          </List>
        )}
      </Loaded>
    </Section>
  )
}
