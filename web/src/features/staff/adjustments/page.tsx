import { Link } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { type Filters as FilterValues, useFilters } from '@/lib/filters'
import { usePages } from '@/lib/query'
import { usePermissions } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { SelectField, TextField } from '@/ui/fields'
import { Filters } from '@/ui/filters'
import { Guarded, Recorded } from '@/ui/guarded'
import { UserId } from '@/ui/id'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { Change, STATES, StateBadge, Who } from './shown'
import { texts } from './texts'

/** What was proposed, and what became of it. */
export default function AdjustmentsPage() {
  const t = useTexts(texts)
  const [filters, setFilters] = useFilters(['state', 'user'])
  const states = STATES.map((state) => ({ value: state, label: t[state] }))
  return (
    <Guarded permission="adjustments.read" title={t.title}>
      <Page title={t.title} lead={t.lead} actions={<Propose />}>
        <Section>
          <Filters label={t.filter} values={filters} onChange={setFilters}>
            <SelectField
              name="state"
              label={t.state}
              choices={[{ value: '', label: t.all }, ...states]}
            />
            <TextField name="user" label={t.user_hint} placeholder="usr_…" spellCheck={false} />
          </Filters>
          <Adjustments filters={filters} />
        </Section>
        <Recorded />
      </Page>
    </Guarded>
  )
}

function Propose() {
  const t = useTexts(texts)
  if (!usePermissions().has('adjustments.create')) return null
  return (
    <ButtonLink to="/staff/adjustments/new" small>
      {t.propose}
    </ButtonLink>
  )
}

function Adjustments({ filters }: { filters: FilterValues<'state' | 'user'> }) {
  const t = useTexts(texts)
  const pages = usePages(['staff', 'adjustments', filters], (cursor) =>
    body(
      api.GET('/v1/admin/adjustments', {
        params: {
          query: {
            'filter[state]': STATES.find((state) => state === filters.state),
            'filter[user]': filters.user,
            cursor,
          },
        },
      }),
    ),
  )
  const isNarrow = Object.keys(filters).length > 0
  return (
    <PagedRecords
      pages={pages}
      label={t.title}
      keyOf={(adjustment) => adjustment.id}
      empty={<Empty title={isNarrow ? t.none_fit : t.none}>{t.none_more}</Empty>}
      columns={[
        {
          name: t.what,
          cell: (adjustment) => (
            <Link to="/staff/adjustments/$id" params={{ id: adjustment.id }}>
              <Change adjustment={adjustment} />
            </Link>
          ),
        },
        { name: t.user, cell: ({ user }) => <UserId id={user} /> },
        { name: t.reason, cell: ({ reason }) => reason },
        { name: t.proposed_by, cell: (adjustment) => <Who id={adjustment.proposed_by} /> },
        { name: t.at, cell: (adjustment) => <When at={adjustment.proposed_at} /> },
        { name: t.state, cell: ({ state }) => <StateBadge state={state} /> },
      ]}
    />
  )
}
