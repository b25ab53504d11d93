import { api, body, type Schemas } from '@/api/client'
import { type Filters as FilterValues, useFilters } from '@/lib/filters'
import { usePages } from '@/lib/query'
import { usePermissions } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { SelectField, TextField } from '@/ui/fields'
import { Filters } from '@/ui/filters'
import { Guarded } from '@/ui/guarded'
import { PagedList } from '@/ui/list'
import { Notice } from '@/ui/notice'
import { Page, Section } from '@/ui/page'
import { Empty } from '@/ui/states'
import { JobEntry } from './job'
import { JobsTabs } from './tabs'
import { texts } from './texts'

const FILTERS = ['state', 'kind', 'subject'] as const
const STATES = ['dead', 'waiting', 'running'] as const
const REFRESH_MS = 10_000

/** What waits, runs, or was given up. */
export default function JobsPage() {
  const t = useTexts(texts)
  const [filters, setFilters] = useFilters(FILTERS)
  const mayWrite = usePermissions().has('jobs.write')
  const states = STATES.map((state) => ({ value: state, label: t[state] }))
  return (
    <Guarded permission="jobs.read" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <JobsTabs />
        <Section>
          <Filters label={t.filter} values={filters} onChange={setFilters}>
            <SelectField
              name="state"
              label={t.state}
              choices={[{ value: '', label: t.all }, ...states]}
            />
            <TextField name="kind" label={t.kind} spellCheck={false} maxLength={100} />
            <TextField
              name="subject"
              label={t.subject}
              placeholder={t.subject_hint}
              spellCheck={false}
            />
          </Filters>
          <Jobs filters={filters} />
        </Section>
        {!mayWrite && <Notice>{t.read_only}</Notice>}
      </Page>
    </Guarded>
  )
}

function Jobs({ filters }: { filters: FilterValues<(typeof FILTERS)[number]> }) {
  const t = useTexts(texts)
  const query = {
    'filter[state]': STATES.find((state) => state === filters.state),
    'filter[kind]': filters.kind,
    'filter[subject]': filters.subject,
  }
  const pages = usePages<Schemas['Job']>(
    ['staff', 'jobs', filters],
    (cursor) => body(api.GET('/v1/admin/jobs', { params: { query: { ...query, cursor } } })),
    { refetchInterval: REFRESH_MS },
  )
  return (
    <PagedList pages={pages} label={t.jobs} empty={<Empty title={t.none}>{t.none_more}</Empty>}>
      {(job) => <JobEntry key={job.id} job={job} />}
    </PagedList>
  )
}
