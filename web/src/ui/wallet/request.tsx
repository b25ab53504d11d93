import type { Schemas } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Item } from '@/ui/list'
import { Avatar, Badge, Money, nameOf } from '@/ui/shown'
import { texts } from './texts'
import styles from './transfer.module.css'

export type PaymentRequest = Schemas['PaymentRequest']

const TONES = {
  open: 'warning',
  paying: 'info',
  paid: 'good',
  declined: 'bad',
  cancelled: 'neutral',
  expired: 'neutral',
} as const

export function RequestBadge({ status }: { status: PaymentRequest['status'] }) {
  const t = useTexts(texts)
  return <Badge tone={TONES[status]}>{t[`request_${status}`]}</Badge>
}

/** A request for payment in a list; leads to its page. */
export function RequestItem({ request }: { request: PaymentRequest }) {
  const t = useTexts(texts)
  const isIncoming = request.direction === 'incoming'
  const other = isIncoming ? request.to : request.from
  return (
    <Item
      link={{ to: '/requests/$id', params: { id: request.id } }}
      end={
        <>
          <Money units={request.amount} scale={request.scale} asset={request.asset} />
          <RequestBadge status={request.status} />
        </>
      }
    >
      <span className={styles.line}>
        <Avatar person={other} />
        <span className={styles.text}>
          <span className={styles.name}>
            {isIncoming ? t.request_asks(nameOf(other)) : t.request_asked(nameOf(other))}
          </span>
          {request.message && <span className={styles.note}>{request.message}</span>}
        </span>
      </span>
    </Item>
  )
}
