import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { api, body } from '@/api/client'
import { dateFormat } from '@/lib/days'
import { OfflineError } from '@/lib/problem'
import { describeProblem } from '@/lib/problem-texts'
import { usePermissions } from '@/lib/session'
import { useLanguage, useTexts } from '@/lib/text'
import { Consumers, useConsumers } from '@/ui/consumers'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { Records } from '@/ui/records'
import { Badge, When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { byKind } from './dead-jobs'
import styles from './health.module.css'
import { texts } from './texts'

const REFRESH_MS = 5_000
const DEAD_MAX = 200

/** Whether the bank works, as far as staff may see. */
export default function HealthPage() {
  const t = useTexts(texts)
  return (
    <Guarded permission="jobs.read" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <div className={styles.signs}>
          <Readiness />
          <Events />
          <DeadJobs />
        </div>
        <DeadKinds />
        <Section title={t.consumers} lead={t.consumers_lead}>
          <Consumers />
        </Section>
      </Page>
    </Guarded>
  )
}

/** One thing to know, in a word, and what it means. */
function Sign({
  title,
  badge,
  children,
}: {
  title: string
  badge: ReactNode
  children: ReactNode
}) {
  return (
    <Section title={title} actions={badge}>
      <p className="muted">{children}</p>
    </Section>
  )
}

function Readiness() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const query = useQuery({
    queryKey: ['staff', 'ready'],
    queryFn: () => body(api.GET('/readyz')),
    refetchInterval: REFRESH_MS,
    retry: false,
  })
  const isOffline = query.error instanceof OfflineError
  const badge = query.error ? (
    <Badge tone="bad">{isOffline ? t.unreachable : t.not_ready}</Badge>
  ) : (
    query.data && <Badge tone="good">{t.ready}</Badge>
  )
  const lookedAt = Math.max(query.dataUpdatedAt, query.errorUpdatedAt)
  return (
    <Sign title={t.service} badge={badge}>
      {query.error
        ? describeProblem(query.error, language)
        : query.data && (query.data.ledger === 'leading' ? t.leading : t.following)}
      <br />
      {lookedAt > 0 && (
        <>
          {t.checked}: <LookedAt moment={lookedAt} />
        </>
      )}
    </Sign>
  )
}

function LookedAt({ moment }: { moment: number }) {
  const { language } = useLanguage()
  const at = new Date(moment)
  const shown = dateFormat(language, { timeStyle: 'medium' }).format(at)
  return <time dateTime={at.toISOString()}>{shown}</time>
}

function Events() {
  const t = useTexts(texts)
  const { data, error } = useConsumers()
  const { language } = useLanguage()
  if (!data) {
    return (
      <Sign title={t.events} badge={null}>
        {error ? describeProblem(error, language) : '…'}
      </Sign>
    )
  }
  const behind = data.data.filter(({ lag, failures }) => lag > 0 || failures > 0).length
  const badge = behind ? (
    <Badge tone="warning">{t.behind}</Badge>
  ) : (
    <Badge tone="good">{t.up_to_date}</Badge>
  )
  return (
    <Sign title={t.events} badge={badge}>
      {behind ? t.events_bad(behind) : t.events_good}
    </Sign>
  )
}

function useDeadJobs() {
  const query = { 'filter[state]': 'dead', limit: DEAD_MAX } as const
  return useQuery({
    queryKey: ['staff', 'jobs', 'dead'],
    queryFn: () => body(api.GET('/v1/admin/jobs', { params: { query } })),
    refetchInterval: REFRESH_MS,
    enabled: usePermissions().has('jobs.read'),
  })
}

function DeadJobs() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { data, error } = useDeadJobs()
  if (!data) {
    return (
      <Sign title={t.dead} badge={null}>
        {error ? describeProblem(error, language) : '…'}
      </Sign>
    )
  }
  const count = data.data.length
  const badge = count ? (
    <Badge tone="bad">{t.dead_count(count, data.next_cursor !== null)}</Badge>
  ) : (
    <Badge tone="good">{t.dead_none}</Badge>
  )
  return (
    <Sign title={t.dead} badge={badge}>
      {count ? t.dead_bad : t.dead_good}{' '}
      {count > 0 && (
        <Link to="/staff/jobs" search={{ state: 'dead' } as never}>
          {t.dead_look}
        </Link>
      )}
    </Sign>
  )
}

/** What was given up, by kind; nothing where nothing was. */
function DeadKinds() {
  const t = useTexts(texts)
  const query = useDeadJobs()
  if (query.data?.data.length === 0 || !query.data) return null
  return (
    <Section title={t.dead}>
      <Loaded query={query}>
        {({ data }) => (
          <Records
            label={t.dead}
            items={byKind(data)}
            keyOf={({ kind }) => kind}
            columns={[
              {
                name: t.kind,
                cell: ({ kind }) => (
                  <Link to="/staff/jobs" search={{ state: 'dead', kind } as never}>
                    <code>{kind}</code>
                  </Link>
                ),
              },
              { name: t.number, cell: ({ count }) => count },
              { name: t.latest, cell: ({ latest }) => <When at={latest} style="relative" /> },
              { name: t.error, cell: ({ error }) => error ?? '–' },
            ]}
          />
        )}
      </Loaded>
    </Section>
  )
}
