import { defineTexts, useTexts } from '@/lib/text'
import type { Transfer } from '@/lib/wallet'
import { nameOf, When } from '@/ui/shown'
import { Step, Timeline } from '@/ui/timeline'
import { otherOf } from './transfer'

const texts = defineTexts(
  {
    timeline: 'What happened',
    e_created: (name: string) => `${name} sent it`,
    e_accepted: (name: string) => `${name} accepted it`,
    e_declined: (name: string) => `${name} declined it`,
    e_cancelled: (name: string) => `${name} took it back`,
    e_expired: 'The time was over',
    e_reversed: 'It was reversed',
    waits: (name: string) => `${name} has to answer`,
    waits_for_you: 'Your answer',
    you: 'You',
    somebody: 'Somebody',
  },
  {
    timeline: 'Was geschah',
    e_created: (name: string) =>
      name === 'Du' ? 'Du hast es gesendet' : `${name} hat es gesendet`,
    e_accepted: (name: string) =>
      name === 'Du' ? 'Du hast es angenommen' : `${name} hat es angenommen`,
    e_declined: (name: string) =>
      name === 'Du' ? 'Du hast es abgelehnt' : `${name} hat es abgelehnt`,
    e_cancelled: (name: string) =>
      name === 'Du' ? 'Du hast es zurückgezogen' : `${name} hat es zurückgezogen`,
    e_expired: 'Die Zeit war um',
    e_reversed: 'Es wurde rückgängig gemacht',
    waits: (name: string) => `${name} muss antworten`,
    waits_for_you: 'Deine Antwort',
    you: 'Du',
    somebody: 'Jemand',
  },
)

const BAD = ['declined', 'cancelled', 'expired', 'reversed']

/** One of its two sides. */
type Side = 'sender' | 'recipient'

/** What happened to a transfer, and what is still to come. Staff is none of its sides. */
export function TransferTimeline({ transfer, viewer }: { transfer: Transfer; viewer?: Side }) {
  const t = useTexts(texts)
  const waits = transfer.status === 'waiting' || transfer.status === 'invited'
  return (
    <Timeline label={t.timeline}>
      {transfer.timeline?.map(({ at, event, by }) => (
        <Step key={`${at} ${event}`} tone={BAD.includes(event) ? 'bad' : 'done'}>
          <Sentence transfer={transfer} event={event} by={by ?? undefined} viewer={viewer} />
          <br />
          <span className="muted">
            <When at={at} />
          </span>
        </Step>
      ))}
      {waits && (
        <Step tone="waiting">
          {viewer === 'recipient' ? t.waits_for_you : t.waits(nameOf(otherOf(transfer)))}
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

type SentenceProps = { transfer: Transfer; event: string; by?: Side; viewer?: Side }

function Sentence({ transfer, event, by, viewer }: SentenceProps) {
  const t = useTexts(texts)
  const isOwn = by !== undefined && by === viewer
  const other = by ? nameOf(by === 'sender' ? transfer.from : transfer.to) : t.somebody
  const text = t[`e_${event}` as keyof typeof t]
  // A server that is newer may know more events.
  if (text === undefined) return event
  return typeof text === 'string' ? text : text(isOwn ? t.you : other)
}
