import { api, body, type Schemas } from '@/api/client'
import { type Filters as FilterValues, useFilters } from '@/lib/filters'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { SelectField, TextField } from '@/ui/fields'
import { Filters } from '@/ui/filters'
import { Guarded } from '@/ui/guarded'
import { UserId } from '@/ui/id'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { Badge, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { MailTabs } from './tabs'
import { texts } from './texts'

const FILTERS = ['to', 'kind', 'status'] as const
const TONES = {
  queued: 'info',
  handing_over: 'info',
  sent: 'good',
  delivered: 'good',
  kept: 'good',
  failed: 'bad',
  suppressed: 'warning',
  expired: 'warning',
  unknown: 'warning',
} as const
const STATUSES = Object.keys(TONES) as Schemas['MailStatus'][]

/** What became of each mail. */
export default function MessagesPage() {
  const t = useTexts(texts)
  const [filters, setFilters] = useFilters(FILTERS)
  const statuses = STATUSES.map((status) => ({ value: status, label: t[status] }))
  return (
    <Guarded permission="mail.read" title={t.title}>
      <Page title={t.title} lead={t.messages_lead}>
        <MailTabs />
        <Section>
          <Filters label={t.filter} values={filters} onChange={setFilters}>
            <TextField name="to" label={t.to} placeholder={t.to_hint} spellCheck={false} />
            <TextField name="kind" label={t.kind} placeholder={t.kind_hint} spellCheck={false} />
            <SelectField
              name="status"
              label={t.status}
              choices={[{ value: '', label: t.all }, ...statuses]}
            />
          </Filters>
          <Messages filters={filters} />
        </Section>
      </Page>
    </Guarded>
  )
}

function Messages({ filters }: { filters: FilterValues<(typeof FILTERS)[number]> }) {
  const t = useTexts(texts)
  const query = {
    'filter[to]': filters.to,
    'filter[kind]': filters.kind,
    'filter[status]': STATUSES.find((status) => status === filters.status),
  }
  const pages = usePages<Schemas['Mail']>(['staff', 'messages', filters], (cursor) =>
    body(api.GET('/v1/notifications/messages', { params: { query: { ...query, cursor } } })),
  )
  return (
    <PagedRecords
      pages={pages}
      label={t.messages}
      keyOf={(mail) => mail.id}
      empty={<Empty title={filters.to ? t.none_fit : t.messages_none} />}
      columns={[
        { name: t.to, cell: (mail) => mail.to },
        { name: t.kind, cell: (mail) => <code>{mail.kind}</code> },
        {
          name: t.user,
          cell: (mail) => (mail.user_id ? <UserId id={mail.user_id} /> : t.nobody),
        },
        { name: t.status, cell: (mail) => <Status mail={mail} /> },
        { name: t.attempts, cell: (mail) => mail.attempts },
        { name: t.at, cell: (mail) => <When at={mail.created_at} /> },
      ]}
    />
  )
}

/** Where a mail stands, and what the mail server said about it. */
function Status({ mail: { status, reply } }: { mail: Schemas['Mail'] }) {
  const t = useTexts(texts)
  return (
    <>
      <Badge tone={TONES[status]}>{t[status]}</Badge>
      {reply && <div className="muted">{reply}</div>}
    </>
  )
}
