import type { Order } from '@/lib/shop'
import { useTexts } from '@/lib/text'
import { Money, When } from '@/ui/shown'
import { Step, Timeline } from '@/ui/timeline'
import styles from './order.module.css'
import { isForReturn, isPaid } from './order-state'
import { texts } from './texts'

type Shipment = Order['shipments'][number]

/** What happened to an order, and what comes next. */
export function OrderTimeline({ order }: { order: Order }) {
  const t = useTexts(texts)
  const { status, placed_at, shipments, cancelled, total, refunds, lines } = order
  const sent = shipments.filter(({ state }) => state !== 'refused')
  const isOpen = lines.some(({ open }) => open > 0)
  const isAllCancelled = status === 'cancelled' || (cancelled !== '0' && cancelled === total)
  return (
    <Timeline label={t.timeline}>
      {placed_at && (
        <Step>
          <What>{t.t_placed}</What> <When at={placed_at} />
        </Step>
      )}
      {status === 'refused' && <Step tone="bad">{t.t_refused}</Step>}
      {status === 'placed' && <Step tone="waiting">{t.t_waiting}</Step>}
      {isPaid(order) && (
        <Step>
          <What>{t.t_paid}</What>
        </Step>
      )}
      {sent.map((shipment) => (
        <Parcel
          key={shipment.id}
          shipment={shipment}
          isAll={sent.length === 1 && !isOpen && !isAllCancelled}
        />
      ))}
      {cancelled !== '0' && (
        <Step tone={isAllCancelled ? 'bad' : 'done'}>
          <What>{isAllCancelled ? t.t_cancelled : t.t_cancelled_part}</What>{' '}
          <Amount of={cancelled} order={order} />
        </Step>
      )}
      {cancelled === '0' && status === 'cancelled' && <Step tone="bad">{t.t_cancelled}</Step>}
      {refunds
        .filter(({ state }) => state !== 'refused')
        .map((refund) => (
          <Step key={refund.id} tone={refund.state === 'pending' ? 'waiting' : 'done'}>
            <What>{refund.state === 'pending' ? t.t_refund_pending : t.t_refunded}</What>{' '}
            <Amount of={refund.amount} order={order} /> <When at={refund.created_at} />
            {refund.reason && (
              <p className="muted">
                {isForReturn(refund.reason) ? t.t_refund_return : refund.reason}
              </p>
            )}
          </Step>
        ))}
      {isOpen && isPaid(order) && !isAllCancelled && <Step tone="waiting">{t.t_to_send}</Step>}
    </Timeline>
  )
}

function What({ children }: { children: string }) {
  return <strong className={styles.what}>{children}</strong>
}

function Amount({ of, order }: { of: string; order: Order }) {
  return <Money units={of} scale={order.scale} asset={order.currency} />
}

function Parcel({ shipment, isAll }: { shipment: Shipment; isAll: boolean }) {
  const t = useTexts(texts)
  const { carrier, tracking, url, shipped_at, delivered_at, lines } = shipment
  const pieces = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  return (
    <>
      <Step>
        <What>{isAll ? t.t_sent_all : t.t_sent}</What> <When at={shipped_at} />
        <p className="muted">
          {[t.pieces(pieces), carrier].filter(Boolean).join(' · ')}
          {tracking && (
            <>
              {' · '}
              {t.tracking} <span className={styles.tracking}>{tracking}</span>
            </>
          )}
        </p>
        {url && (
          <p>
            <a href={url} rel="noreferrer">
              {t.track}
            </a>
          </p>
        )}
      </Step>
      {delivered_at ? (
        <Step>
          <What>{t.t_delivered}</What> <When at={delivered_at} />
        </Step>
      ) : (
        <Step tone="waiting">{t.t_to_deliver}</Step>
      )}
    </>
  )
}
