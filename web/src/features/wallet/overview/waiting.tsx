import { Link } from '@tanstack/react-router'
import { useTexts } from '@/lib/text'
import type { Transfer } from '@/lib/wallet'
import { List } from '@/ui/list'
import { Section } from '@/ui/page'
import { Money, nameOf, Person } from '@/ui/shown'
import { Countdown } from '@/ui/wallet/countdown'
import { type PaymentRequest, RequestItem } from '@/ui/wallet/request'
import { TransferAnswer } from '@/ui/wallet/transfer-answer'
import styles from './overview.module.css'
import { texts } from './texts'

type Props = { transfers: readonly Transfer[]; requests: readonly PaymentRequest[] }

/** What somebody else waits for: to be accepted, or to be paid. */
export function Waiting({ transfers, requests }: Props) {
  const t = useTexts(texts)
  if (transfers.length === 0 && requests.length === 0) return null
  return (
    <Section title={t.waiting}>
      {transfers.length > 0 && (
        <div>
          <h3>{t.gifts}</h3>
          <List label={t.gifts}>
            {transfers.map((transfer) => (
              <Gift key={transfer.id} transfer={transfer} />
            ))}
          </List>
        </div>
      )}
      {requests.length > 0 && (
        <div>
          <h3>{t.requests}</h3>
          <List label={t.requests}>
            {requests.map((request) => (
              <RequestItem key={request.id} request={request} />
            ))}
          </List>
        </div>
      )}
    </Section>
  )
}

function Gift({ transfer }: { transfer: Transfer }) {
  const t = useTexts(texts)
  const { amount, scale, asset } = transfer
  return (
    <li className={styles.gift}>
      <Link to="/transfers/$id" params={{ id: transfer.id }} className={styles.giver}>
        <Person
          person={transfer.from}
          note={transfer.message ?? t.wants_to_give(nameOf(transfer.from))}
        />
      </Link>
      <span className={styles.worth}>
        <Money units={amount} scale={scale} asset={asset} />
        {transfer.expires_at && (
          <span className={styles.notes}>
            <Countdown until={transfer.expires_at} rough />
          </span>
        )}
      </span>
      <TransferAnswer transfer={transfer} />
    </li>
  )
}
