import { Link } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { useFilters } from '@/lib/filters'
import { usePages } from '@/lib/query'
import { SEEN } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { TextField } from '@/ui/fields'
import { Filters } from '@/ui/filters'
import { Guarded, Recorded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { Person, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { Roles, Status } from './badges'
import { texts } from './texts'

/** Finding users. */
export default function UsersPage() {
  const t = useTexts(texts)
  const [filters, setFilters] = useFilters(['q'])
  return (
    <Guarded permission="users.read" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <Section>
          <Filters label={t.search} action={t.search} values={filters} onChange={setFilters}>
            <TextField
              name="q"
              label={t.q}
              type="search"
              minLength={2}
              maxLength={254}
              autoCapitalize="off"
              spellCheck={false}
            />
          </Filters>
          <p className="muted">{t.q_hint}</p>
        </Section>
        <Section>{filters.q ? <Found q={filters.q} /> : <Start />}</Section>
        <Recorded />
      </Page>
    </Guarded>
  )
}

function Start() {
  const t = useTexts(texts)
  return <Empty title={t.start}>{t.start_more}</Empty>
}

function Found({ q }: { q: string }) {
  const t = useTexts(texts)
  const pages = usePages(
    ['staff', 'users', q],
    (cursor) => body(api.GET('/v1/admin/users', { params: { query: { q, cursor } } })),
    SEEN,
  )
  return (
    <PagedRecords
      pages={pages}
      label={t.results}
      keyOf={(user) => user.id}
      empty={<Empty title={t.none(q)}>{t.none_more}</Empty>}
      columns={[
        {
          name: t.user,
          cell: (user) => (
            <Link to="/staff/users/$id" params={{ id: user.id }}>
              <Person person={user} />
            </Link>
          ),
        },
        { name: t.email, cell: (user) => user.email },
        { name: t.roles, cell: (user) => <Roles roles={user.roles} /> },
        { name: t.status, cell: (user) => <Status status={user.status} /> },
        { name: t.since, cell: (user) => <When at={user.created_at} style="date" /> },
      ]}
    />
  )
}
