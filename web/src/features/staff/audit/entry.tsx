import type { Schemas } from '@/api/client'
import { useProfile } from '@/lib/session'
import { shortId } from '@/lib/short-id'
import { useTexts } from '@/lib/text'
import { Expandable, Raw } from '@/ui/expandable'
import { Happening } from '@/ui/happening'
import { Id, UserId } from '@/ui/id'
import { Fact, Facts } from '@/ui/page'
import { When } from '@/ui/shown'
import { ACTOR_KINDS } from './query'
import { texts } from './texts'

type Props = { entry: Schemas['AuditEntry'] }

/** One line of the log; opened, everything that it holds. */
export function Entry({ entry }: Props) {
  const t = useTexts(texts)
  const actor = useActorName(entry.actor)
  const summary = (
    <>
      <Happening kind={entry.action} />
      <span className="muted">
        {actor}
        {entry.subject &&
          entry.subject !== entry.actor.id &&
          ` ${t.about} ${shortId(entry.subject)}`}
        {entry.reason && ` · ${entry.reason}`}
      </span>
    </>
  )
  return (
    <Expandable summary={summary} end={<When at={entry.at} />}>
      <EntryFacts entry={entry} />
      {!isEmpty(entry.data) && <Raw label={t.data} value={entry.data} />}
    </Expandable>
  )
}

function EntryFacts({ entry }: Props) {
  const t = useTexts(texts)
  const { actor, subject, object, reason, ip, request_id } = entry
  return (
    <Facts>
      <Fact name={t.who}>
        <Actor actor={actor} />
      </Fact>
      {subject && (
        <Fact name={t.whom}>
          <UserId id={subject} whole />
        </Fact>
      )}
      {object && (
        <Fact name={t.object}>
          <Id id={object} whole />
        </Fact>
      )}
      {reason && <Fact name={t.reason}>{reason}</Fact>}
      {ip && <Fact name={t.ip}>{ip}</Fact>}
      {request_id && (
        <Fact name={t.request}>
          <Id id={request_id} whole />
        </Fact>
      )}
      <Fact name={t.id}>
        <Id id={entry.id} whole />
      </Fact>
    </Facts>
  )
}

function Actor({ actor }: { actor: Schemas['AuditActor'] }) {
  const name = useActorName(actor)
  if (!actor.id) return name
  return actor.kind === 'user' ? <UserId id={actor.id} whole /> : <Id id={actor.id} whole />
}

function useActorName({ kind, id }: Schemas['AuditActor']): string {
  const t = useTexts(texts)
  const own = useProfile().id
  if (id) return id === own ? t.you : shortId(id)
  const known = ACTOR_KINDS.find((it) => it === kind)
  return known ? t[known] : kind
}

function isEmpty(data: unknown): boolean {
  return typeof data !== 'object' || data === null || Object.keys(data).length === 0
}
