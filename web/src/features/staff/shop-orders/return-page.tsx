import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { usePermissions } from '@/lib/session'
import type { Order, OrderReturn } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { Guarded, Recorded } from '@/ui/guarded'
import { Id } from '@/ui/id'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { Documents } from '@/ui/shop/documents'
import { useOrderName } from '@/ui/shop/order-status'
import { Instead, ReturnLines, ReturnTimeline } from '@/ui/shop/return-shown'
import { ReturnStatus } from '@/ui/shop/return-status'
import { returnTexts } from '@/ui/shop/return-texts'
import { cameOf, nameOfLine } from '@/ui/shop/returns'
import { dateIn } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { orderQuery, returnQuery } from './order'
import styles from './order.module.css'
import { ReceiveReturn } from './receive'
import { RefundOrder } from './refund'
import { ApproveReturn, CloseReturn, RejectReturn } from './return-actions'
import { texts } from './return-texts'

/** A return, and what can be done with it. */
export default function StaffReturnPage() {
  const t = useTexts(texts)
  const { id } = useParams({ strict: false }) as { id: string }
  return (
    <Guarded permission="orders.read" title={t.title}>
      <Loaded query={useQuery(returnQuery(id))} lines={8}>
        {(it) => <WithOrder of={it} />}
      </Loaded>
    </Guarded>
  )
}

function WithOrder({ of }: { of: OrderReturn }) {
  return (
    <Loaded query={useQuery(orderQuery(of.order))} lines={8}>
      {(order) => <Shown of={of} order={order} />}
    </Loaded>
  )
}

function Shown({ of, order }: { of: OrderReturn; order: Order }) {
  const t = useTexts(texts)
  const words = useTexts(returnTexts)
  const { language } = useLanguage()
  const nameOf = useOrderName()
  return (
    <Page
      title={words.name(dateIn(of.created_at, language))}
      back={{ to: '/staff/shop/returns', label: t.back }}
      actions={<Actions of={of} order={order} />}
    >
      <div className={styles.order}>
        <div className={styles.main}>
          <Section title={t.lines} actions={<ReturnStatus is={of.state} />}>
            <ReturnLines of={of} order={order} />
            <Instead of={of} isStaff />
            {of.received_at && <Fates of={of} order={order} />}
          </Section>
          <Documents order={order} />
        </div>
        <div className={styles.main}>
          <Section title={t.timeline}>
            <ReturnTimeline of={of} order={order} />
          </Section>
          <Section title={t.details}>
            <Facts>
              <Fact name={t.order}>
                <Link to="/staff/shop/orders/$id" params={{ id: order.id }}>
                  {nameOf(order.number)}
                </Link>
              </Fact>
              {order.email && <Fact name={t.buyer}>{order.email}</Fact>}
              {of.location && <Fact name={t.location}>{of.location}</Fact>}
              <Fact name={t.id}>
                <Id id={of.id} />
              </Fact>
            </Facts>
          </Section>
        </div>
      </div>
      <Recorded />
    </Page>
  )
}

function Actions({ of, order }: { of: OrderReturn; order: Order }) {
  if (!usePermissions().has('orders.write')) return null
  return (
    <>
      <ApproveReturn of={of} />
      <ReceiveReturn of={of} order={order} />
      {of.state === 'received' && <RefundOrder order={order} />}
      <RejectReturn of={of} />
      <CloseReturn of={of} />
    </>
  )
}

/** What became of what arrived. */
function Fates({ of, order }: { of: OrderReturn; order: Order }) {
  const t = useTexts(texts)
  return (
    <Facts>
      {of.lines.map((line) => {
        const { restocked, written_off, quantity } = line
        const missing = quantity - cameOf(line)
        const fates = [
          restocked > 0 && t.shelf_n(restocked),
          written_off > 0 && t.written_off_n(written_off),
          missing > 0 && t.missing_n(missing),
        ]
        return (
          <Fact key={line.line} name={nameOfLine(order, line.line)}>
            {fates.filter(Boolean).join(', ')}
          </Fact>
        )
      })}
    </Facts>
  )
}
