import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Notice } from '@/ui/notice'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { Money, nameOf, Person, When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { Headline } from '@/ui/wallet/headline'
import { ScheduleActions } from './actions'
import { type Schedule, ScheduleBadge } from './page'
import { texts } from './texts'

/** One schedule: what it did, what it will do, and what can be changed. */
export default function SchedulePage() {
  const t = useTexts(texts)
  const { id } = useParams({ strict: false }) as { id: string }
  const schedule = useQuery({
    queryKey: ['schedules', 'one', id],
    queryFn: async () => {
      const params = { path: { id } }
      const { data, response } = await api.GET('/v1/wallet/schedules/{id}', { params })
      return { schedule: data as Schedule, etag: response.headers.get('etag') ?? '' }
    },
  })
  return (
    <Page title={t.one_title} back={{ to: '/schedules', label: t.back }} narrow>
      <Loaded query={schedule} lines={8}>
        {({ schedule: found, etag }) => (
          <>
            <Section>
              <State schedule={found} />
              <ScheduleActions schedule={found} etag={etag} />
            </Section>
            <Details schedule={found} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function State({ schedule }: { schedule: Schedule }) {
  const t = useTexts(texts)
  const { amount, scale, asset, status, next_at: next, every } = schedule
  const meaning = t[`m_${status}`]
  return (
    <>
      <Headline
        amount={<Money units={amount} scale={scale} asset={asset} />}
        badge={<ScheduleBadge status={status} />}
        meaning={typeof meaning === 'string' ? meaning : meaning(nameOf(schedule.to))}
        message={schedule.message}
        time={
          <>
            {t[`every_${every}`]}
            {status === 'active' && (
              <>
                {' · '}
                {t.next}: {next ? <When at={next} /> : t.no_next}
              </>
            )}
          </>
        }
      />
      {schedule.failed_attempts > 0 && status === 'active' && <Refused schedule={schedule} />}
    </>
  )
}

const REASONS = ['insufficient_funds', 'limit_exceeded'] as const

function Refused({ schedule }: { schedule: Schedule }) {
  const t = useTexts(texts)
  const code = schedule.last_failure ?? ''
  const known = REASONS.find((reason) => code.endsWith(`.${reason}`))
  return (
    <Notice tone="warning">
      <p>
        {t.refused(schedule.failed_attempts)} {known ? t[`why_${known}`] : t.why_other(code)}{' '}
        {t.refused_lead}
      </p>
    </Notice>
  )
}

function Details({ schedule }: { schedule: Schedule }) {
  const t = useTexts(texts)
  const { paid, count, until, reference } = schedule
  return (
    <Section title={t.details}>
      <Facts>
        <Fact name={t.who}>
          <Person person={schedule.to} />
        </Fact>
        <Fact name={t.start}>
          <When at={schedule.start_at} />
        </Fact>
        <Fact name={t.paid}>{count ? t.of_times(paid, count) : t.times(paid)}</Fact>
        {until && (
          <Fact name={t.until_day}>
            <When at={until} style="date" />
          </Fact>
        )}
        {reference && <Fact name={t.reference}>{reference}</Fact>}
        <Fact name={t.id}>
          <code>{schedule.id}</code>
        </Fact>
      </Facts>
    </Section>
  )
}
