import { api, body, type Schemas } from '@/api/client'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Item, PagedList } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { Badge, Money, nameOf, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { texts } from './texts'

export type Schedule = Schemas['Schedule']

/** What is sent by itself. */
export default function SchedulesPage() {
  const t = useTexts(texts)
  const create = <ButtonLink to="/schedules/new">{t.new}</ButtonLink>
  const pages = usePages(['schedules'], (cursor) =>
    body(api.GET('/v1/wallet/schedules', { params: { query: { cursor } } })),
  )
  return (
    <Page title={t.title} lead={t.lead} actions={create}>
      <Section>
        <PagedList
          pages={pages}
          label={t.list}
          empty={
            <Empty title={t.empty} action={create}>
              {t.empty_lead}
            </Empty>
          }
        >
          {(schedule) => <ScheduleItem key={schedule.id} schedule={schedule} />}
        </PagedList>
      </Section>
    </Page>
  )
}

function ScheduleItem({ schedule }: { schedule: Schedule }) {
  const t = useTexts(texts)
  const { amount, scale, asset, status, every, next_at: next } = schedule
  return (
    <Item
      link={{ to: '/schedules/$id', params: { id: schedule.id } }}
      end={
        <>
          <Money units={amount} scale={scale} asset={asset} />
          <ScheduleBadge status={status} />
        </>
      }
    >
      <strong>{t.to(nameOf(schedule.to))}</strong>
      <p className="muted">
        {t[`every_${every}`]}
        {status === 'active' && next && (
          <>
            {' · '}
            {t.next}: <When at={next} />
          </>
        )}
      </p>
    </Item>
  )
}

const TONES = {
  active: 'good',
  paused: 'warning',
  completed: 'neutral',
  cancelled: 'neutral',
} as const

export function ScheduleBadge({ status }: { status: Schedule['status'] }) {
  const t = useTexts(texts)
  return <Badge tone={TONES[status]}>{t[`s_${status}`]}</Badge>
}
