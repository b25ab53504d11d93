import { useTexts } from '@/lib/text'
import type { Party, Transfer } from '@/lib/wallet'
import { Item } from '@/ui/list'
import { Avatar, Badge, Money, nameOf, When } from '@/ui/shown'
import { texts } from './texts'
import styles from './transfer.module.css'

const TONES = {
  completed: 'good',
  accepted: 'good',
  waiting: 'warning',
  invited: 'warning',
  declined: 'bad',
  cancelled: 'neutral',
  expired: 'neutral',
} as const

export function TransferBadge({ status }: { status: Transfer['status'] }) {
  const t = useTexts(texts)
  return <Badge tone={TONES[status]}>{t[status]}</Badge>
}

/** The other side of a transfer. */
export function otherOf(transfer: Pick<Transfer, 'direction' | 'from' | 'to'>): Party {
  return transfer.direction === 'in' ? transfer.from : transfer.to
}

/** A transfer in a list; leads to its page. */
export function TransferItem({ transfer }: { transfer: Transfer }) {
  const t = useTexts(texts)
  const other = otherOf(transfer)
  const isDone = transfer.status === 'completed' || transfer.status === 'accepted'
  return (
    <Item
      link={{ to: '/transfers/$id', params: { id: transfer.id } }}
      end={
        <>
          <Money
            units={transfer.amount}
            scale={transfer.scale}
            asset={transfer.asset}
            sign={isDone ? transfer.direction : undefined}
          />
          {transfer.status === 'completed' ? (
            <span className={styles.when}>
              <When at={transfer.created_at} style="relative" />
            </span>
          ) : (
            <TransferBadge status={transfer.status} />
          )}
        </>
      }
    >
      <span className={styles.line}>
        <Avatar person={other} />
        <span className={styles.text}>
          <span className={styles.name}>
            {transfer.direction === 'in' ? t.from_party(nameOf(other)) : t.to_party(nameOf(other))}
          </span>
          <span className={styles.note}>{transfer.message ?? t[`${transfer.kind}_kind`]}</span>
        </span>
      </span>
    </Item>
  )
}
