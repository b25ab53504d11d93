import type { Schemas } from '@/api/client'
import { usePermissions } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Expandable, Raw } from '@/ui/expandable'
import { Id, UserId } from '@/ui/id'
import { Fact, Facts } from '@/ui/page'
import { Badge, When } from '@/ui/shown'
import { Discard, Redrive, RedriveAll } from './job-actions'
import { texts } from './texts'

type Props = { job: Schemas['Job'] }
const TONES = { waiting: 'neutral', running: 'info', dead: 'bad' } as const

/** One job; opened, why it failed, and what can be done about it. */
export function JobEntry({ job }: Props) {
  const t = useTexts(texts)
  const state = job.state as keyof typeof TONES
  const summary = (
    <>
      <code>{job.kind}</code>
      <span className="muted">{job.last_error ?? (isRecurring(job) ? t.again : null)}</span>
    </>
  )
  const end = (
    <>
      <Badge tone={TONES[state]}>{t[state]}</Badge>
      <When at={job.run_at} style="relative" />
    </>
  )
  return (
    <Expandable summary={summary} end={end}>
      <JobFacts job={job} />
      <Raw label={t.payload} value={job.payload} />
      <JobActions job={job} />
    </Expandable>
  )
}

/** The bank needs those that come again, so they can't be discarded while they wait. */
function isRecurring(job: Schemas['Job']): boolean {
  return job.state === 'waiting' && job.key === 'recurring'
}

function JobActions({ job }: Props) {
  if (!usePermissions().has('jobs.write') || job.state === 'running' || isRecurring(job)) {
    return null
  }
  return (
    <div className="row">
      {job.state === 'dead' && (
        <>
          <Redrive id={job.id} />
          <RedriveAll kind={job.kind} />
        </>
      )}
      <Discard id={job.id} />
    </div>
  )
}

function JobFacts({ job }: Props) {
  const t = useTexts(texts)
  return (
    <Facts>
      <Fact name={t.due}>
        <When at={job.run_at} />
      </Fact>
      <Fact name={t.attempts}>{job.attempts}</Fact>
      <Fact name={t.made}>
        <When at={job.created_at} />
      </Fact>
      <Fact name={t.changed}>
        <When at={job.updated_at} />
      </Fact>
      {job.locked_until && (
        <Fact name={t.locked}>
          <When at={job.locked_until} />
        </Fact>
      )}
      {job.key && <Fact name={t.key}>{job.key}</Fact>}
      {job.subject && (
        <Fact name={t.user}>
          <UserId id={job.subject} whole />
        </Fact>
      )}
      <Fact name={t.job}>
        <Id id={job.id} whole />
      </Fact>
    </Facts>
  )
}
