import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api, body } from '@/api/client'
import { type Order, type OrderReturn, storefrontQuery } from '@/lib/shop'
import { orderToken, shareOrderToken, tokenHeader } from '@/lib/shop-cart'
import { useLanguage, useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { Section } from '@/ui/page'
import { AskReturn } from '@/ui/shop/return-form'
import { Instead, ReturnLines, ReturnTimeline } from '@/ui/shop/return-shown'
import { ReturnStatus } from '@/ui/shop/return-status'
import { returnTexts } from '@/ui/shop/return-texts'
import { returnsQuery } from '@/ui/shop/returns'
import { dateIn } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import styles from './order.module.css'
import { texts } from './texts'

/** What goes back to the shop, once something was sent. */
export function Returns({ order }: { order: Order }) {
  const t = useTexts(texts)
  const client = useQueryClient()
  const wasSent = order.lines.some(({ shipped }) => shipped > 0)
  const query = useQuery({ ...returnsQuery(order.id), enabled: wasSent })
  const days = useQuery({ ...storefrontQuery, enabled: wasSent }).data?.return_days
  if (!wasSent) return null
  const isNone = query.data?.length === 0
  const reread = () => client.invalidateQueries({ queryKey: ['shop', 'order', order.id] })
  return (
    <Section
      title={t.returns}
      lead={isNone ? t.returns_lead : undefined}
      actions={query.data && <AskReturn order={order} returns={query.data} onDone={reread} />}
    >
      {isNone && days !== undefined && <p className="muted">{t.returns_days(days)}</p>}
      <Loaded query={query} lines={1}>
        {(returns) =>
          returns.map((it) => <Shown key={it.id} of={it} order={order} onDone={reread} />)
        }
      </Loaded>
    </Section>
  )
}

type ShownProps = { of: OrderReturn; order: Order; onDone: () => Promise<unknown> }

function Shown({ of, order, onDone }: ShownProps) {
  const t = useTexts(returnTexts)
  const { language } = useLanguage()
  const instead = of.exchange?.order
  useEffect(() => {
    if (instead) shareOrderToken(of.order, instead)
  }, [of.order, instead])
  return (
    <article className={styles.return}>
      <header className={styles.returnHead}>
        <h3>{t.name(dateIn(of.created_at, language))}</h3>
        <ReturnStatus is={of.state} />
      </header>
      <ReturnLines of={of} order={order} />
      <Instead of={of} />
      <ReturnTimeline of={of} order={order} />
      <Withdraw of={of} order={order} onDone={onDone} />
    </article>
  )
}

/** Until the goods have come. */
function Withdraw({ of, order, onDone }: ShownProps) {
  const t = useTexts(texts)
  const toast = useToast()
  if (of.state !== 'requested' && of.state !== 'approved') return null
  const withdraw = async () => {
    const params = { path: { id: of.id }, header: tokenHeader(orderToken(order.id)) }
    await body(api.POST('/v1/shop/returns/{id}/close', { params }))
    toast(t.withdrawn)
    await onDone()
  }
  return (
    <div>
      <Confirm
        label={t.withdraw}
        title={t.withdraw_title}
        action={t.withdraw_do}
        isDanger
        onConfirm={withdraw}
      >
        <p>{t.withdraw_lead}</p>
      </Confirm>
    </div>
  )
}
