import { useParams } from '@tanstack/react-router'
import { api, body, type Schemas } from '@/api/client'
import { usePages } from '@/lib/query'
import { shortId } from '@/lib/short-id'
import { SEEN } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { Expandable, Raw } from '@/ui/expandable'
import { Happening } from '@/ui/happening'
import { Id, UserId } from '@/ui/id'
import { PagedList } from '@/ui/list'
import { Fact, Facts, Section } from '@/ui/page'
import { Badge, Money, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { texts } from './texts'
import { actOf, moveOf } from './timeline'

type Item = Schemas['TimelineItem']
const TONES = { audit: 'neutral', event: 'info', transfer: 'good' } as const

/** What happened to a user. */
export default function UserTimelinePage() {
  const t = useTexts(texts)
  const { id = '' } = useParams({ strict: false })
  const params = { path: { id } }
  const pages = usePages(
    ['staff', 'user', id, 'timeline'],
    (cursor) =>
      body(api.GET('/v1/admin/users/{id}/timeline', { params: { ...params, query: { cursor } } })),
    SEEN,
  )
  return (
    <Section title={t.timeline} lead={t.timeline_lead}>
      <PagedList pages={pages} label={t.timeline} empty={<Empty title={t.timeline_none} />}>
        {(item) => <Happened key={item.id} item={item} user={id} />}
      </PagedList>
    </Section>
  )
}

function Happened({ item, user }: { item: Item; user: string }) {
  const t = useTexts(texts)
  const other = moveOf(item)?.other
  const end = (
    <>
      <When at={item.at} />
      <Badge tone={TONES[item.source]}>{t[item.source]}</Badge>
    </>
  )
  const summary = (
    <>
      <Happening kind={item.kind} />
      <Move item={item} />
      <Act item={item} user={user} />
    </>
  )
  return (
    <Expandable summary={summary} end={end}>
      <Facts>
        <Fact name={t.id}>
          <Id id={item.id} whole />
        </Fact>
        {other && (
          <Fact name={moveOf(item)?.isOut ? t.to : t.from}>
            {other.startsWith('usr_') ? <UserId id={other} whole /> : other}
          </Fact>
        )}
      </Facts>
      <Raw label={t.details} value={item.data} />
    </Expandable>
  )
}

function Move({ item }: { item: Item }) {
  const t = useTexts(texts)
  const move = moveOf(item)
  if (!move) return null
  const { amount, scale, asset, isOut, phase } = move
  return (
    <span>
      <Money units={amount} scale={scale} asset={asset} sign={isOut ? 'out' : 'in'} />
      {phase && <span className="muted"> · {t[phase]}</span>}
    </span>
  )
}

function Act({ item, user }: { item: Item; user: string }) {
  const t = useTexts(texts)
  const act = actOf(item)
  if (!act) return null
  const who =
    act.kind === 'user' || act.kind === 'api_key'
      ? act.id === user
        ? t.self
        : shortId(act.id)
      : t[act.kind]
  return (
    <span className="muted">
      {t.by} {who}
      {act.reason && ` · ${act.reason}`}
    </span>
  )
}
