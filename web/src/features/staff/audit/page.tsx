import { api, body, type Schemas } from '@/api/client'
import { useFilters } from '@/lib/filters'
import { usePages } from '@/lib/query'
import { SEEN } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { SelectField, TextField } from '@/ui/fields'
import { Filters } from '@/ui/filters'
import { Guarded, Recorded } from '@/ui/guarded'
import { PagedList } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { Empty } from '@/ui/states'
import { Download } from './download'
import { Entry } from './entry'
import { ACTOR_KINDS, type AuditFilters, FILTERS, queryOf } from './query'
import { texts } from './texts'

/** What was done, refused and looked at. */
export default function AuditPage() {
  const t = useTexts(texts)
  const [filters, setFilters] = useFilters(FILTERS)
  return (
    <Guarded permission="audit.read" title={t.title}>
      <Page title={t.title} lead={t.lead} actions={<Download filters={filters} />}>
        <Section>
          <Filters label={t.filter} values={filters} onChange={setFilters}>
            <AuditFields />
          </Filters>
          <p className="muted">{t.action_more}</p>
        </Section>
        <Section>
          <Entries filters={filters} />
        </Section>
        <Recorded />
      </Page>
    </Guarded>
  )
}

function AuditFields() {
  const t = useTexts(texts)
  const kinds = ACTOR_KINDS.map((kind) => ({ value: kind, label: t[kind] }))
  return (
    <>
      <TextField name="action" label={t.action} placeholder={t.action_hint} spellCheck={false} />
      <TextField name="actor" label={t.actor} placeholder={t.actor_hint} spellCheck={false} />
      <SelectField
        name="kind"
        label={t.actor_kind}
        choices={[{ value: '', label: t.all }, ...kinds]}
      />
      <TextField name="subject" label={t.subject} placeholder={t.subject_hint} spellCheck={false} />
      <TextField name="from" label={t.from} type="datetime-local" />
      <TextField name="before" label={t.before} type="datetime-local" />
    </>
  )
}

function Entries({ filters }: { filters: AuditFilters }) {
  const t = useTexts(texts)
  const pages = usePages(
    ['staff', 'audit', filters],
    // Asked for lines the answer is a text, so the types allow both.
    (cursor) =>
      body(
        api.GET('/v1/admin/audit', { params: { query: { ...queryOf(filters), cursor } } }),
      ) as Promise<Schemas['Page_AuditEntry']>,
    // What was read a moment ago isn't all any more: this look is in the log, too.
    { ...SEEN, staleTime: 0 },
  )
  return (
    <PagedList pages={pages} label={t.entries} empty={<Empty title={t.none}>{t.none_more}</Empty>}>
      {(entry) => <Entry key={entry.id} entry={entry} />}
    </PagedList>
  )
}
