import { Link } from '@tanstack/react-router'
import type { Order, OrderReturn } from '@/lib/shop'
import { useTexts } from '@/lib/text'
import { Money, When } from '@/ui/shown'
import { Step, Timeline } from '@/ui/timeline'
import styles from './order.module.css'
import { returnTexts } from './return-texts'
import { cameOf } from './returns'

/** What is to come back, and why. */
export function ReturnLines({ of, order }: { of: OrderReturn; order: Order }) {
  const t = useTexts(returnTexts)
  return (
    <ul className={styles.lines} aria-label={t.lines}>
      {of.lines.map(({ line: id, quantity, reason }) => {
        const line = order.lines.find((it) => it.id === id)
        return (
          <li key={id} className={styles.line}>
            <div className={styles.main}>
              <span>
                {quantity} ×{' '}
                <Link to="/shop/products/$handle" params={{ handle: line?.product ?? '' }}>
                  {line?.title}
                </Link>
                {line?.variant_title && <span className="muted"> {line.variant_title}</span>}
              </span>
              <span className={styles.sku}>
                {line?.sku} · {t[`reason_${reason}`]}
              </span>
            </div>
          </li>
        )
      })}
    </ul>
  )
}

/** What is sent in place of it, and the order by which it is, once that is there. */
export function Instead({ of, isStaff }: { of: OrderReturn; isStaff?: boolean }) {
  const t = useTexts(returnTexts)
  if (!of.exchange) return null
  const { items, order } = of.exchange
  const to = isStaff ? '/staff/shop/orders/$id' : '/shop/orders/$id'
  return (
    <p>
      {t.sent_instead}: {items.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ')}
      {order && (
        <>
          {' · '}
          <Link to={to} params={{ id: order }}>
            {t.to_order}
          </Link>
        </>
      )}
    </p>
  )
}

/** What happened to a return, and what comes next. */
export function ReturnTimeline({ of, order }: { of: OrderReturn; order: Order }) {
  const t = useTexts(returnTexts)
  const { state, by_staff, created_at, decided_at, decision, note, closed_at } = of
  const wasRejected = state === 'rejected'
  return (
    <Timeline label={t.timeline}>
      <Step>
        <What>{by_staff ? t.t_by_staff : t.t_requested}</What> <When at={created_at} />
        {note && <p className="muted">“{note}”</p>}
      </Step>
      {state === 'requested' && <Step tone="waiting">{t.t_waiting}</Step>}
      {decided_at && !by_staff && (
        <Step tone={wasRejected ? 'bad' : 'done'}>
          <What>{wasRejected ? t.t_rejected : t.t_approved}</What> <When at={decided_at} />
          {decision && <p className="muted">{decision}</p>}
        </Step>
      )}
      {state === 'approved' && <Step tone="waiting">{t.t_send}</Step>}
      <Arrival of={of} order={order} />
      {closed_at && !of.received_at && (
        <Step tone="bad">
          <What>{t.t_withdrawn}</What> <When at={closed_at} />
        </Step>
      )}
    </Timeline>
  )
}

/** From the goods' coming to the money's going. */
function Arrival({ of, order }: { of: OrderReturn; order: Order }) {
  const t = useTexts(returnTexts)
  const { state, lines, received_at, closed_at } = of
  const refund = order.refunds.find(({ id }) => id === of.refund)
  if (!received_at) return null
  const awaited = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  const came = lines.reduce((sum, line) => sum + cameOf(line), 0)
  const arrived = came === awaited ? t.t_received : t.t_received_part(came, awaited)
  const isCredited = Boolean(of.exchange?.order) && refund?.state === 'done'
  const words = {
    done: isCredited ? t.t_credited : t.t_refunded,
    pending: t.t_refund_pending,
    refused: t.t_refund_refused,
  } as const
  const tones = { done: 'done', pending: 'waiting', refused: 'bad' } as const
  return (
    <>
      <Step>
        <What>{state === 'receiving' ? t.t_receiving : arrived}</What> <When at={received_at} />
      </Step>
      {refund && (
        <Step tone={tones[refund.state]}>
          <What>{words[refund.state]}</What>{' '}
          <Money units={refund.amount} scale={order.scale} asset={order.currency} />
          {isCredited && <p className="muted">{t.t_credited_rest}</p>}
        </Step>
      )}
      {!refund && state === 'received' && <Step tone="waiting">{t.t_looked_at}</Step>}
      {!refund && closed_at && (
        <Step>
          <What>{t.t_closed}</What> <When at={closed_at} />
        </Step>
      )}
    </>
  )
}

function What({ children }: { children: string }) {
  return <strong className={styles.what}>{children}</strong>
}
