import { useTexts } from '@/lib/text'
import type { Transfer } from '@/lib/wallet'
import { nameOf, When } from '@/ui/shown'
import { Step, Timeline } from '@/ui/timeline'
import { otherOf } from '@/ui/wallet/transfer'
import { texts } from './texts'

const BAD = ['declined', 'cancelled', 'expired', 'reversed']

/** What happened to a transfer, and what is still to come. */
export function TransferTimeline({ transfer }: { transfer: Transfer }) {
  const t = useTexts(texts)
  const waits = transfer.status === 'waiting' || transfer.status === 'invited'
  return (
    <Timeline label={t.timeline}>
      {transfer.timeline?.map(({ at, event, by }) => (
        <Step key={`${at} ${event}`} tone={BAD.includes(event) ? 'bad' : 'done'}>
          <Sentence transfer={transfer} event={event} by={by ?? null} />
          <br />
          <span className="muted">
            <When at={at} />
          </span>
        </Step>
      ))}
      {waits && (
        <Step tone="waiting">
          {transfer.direction === 'in' ? t.waits_for_you : t.waits(nameOf(otherOf(transfer)))}
          {transfer.expires_at && (
            <>
              <br />
              <span className="muted">
                <When at={transfer.expires_at} />
              </span>
            </>
          )}
        </Step>
      )}
    </Timeline>
  )
}

type SentenceProps = { transfer: Transfer; event: string; by: 'sender' | 'recipient' | null }

function Sentence({ transfer, event, by }: SentenceProps) {
  const t = useTexts(texts)
  const isOwn = by === (transfer.direction === 'out' ? 'sender' : 'recipient')
  const other = by ? nameOf(by === 'sender' ? transfer.from : transfer.to) : t.somebody
  const text = t[`e_${event}` as keyof typeof t]
  // A server that is newer may know more events.
  if (text === undefined) return event
  return typeof text === 'string' ? text : text(isOwn ? t.you : other)
}
