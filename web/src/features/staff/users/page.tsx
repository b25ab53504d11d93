import { Link } from '@tanstack/react-router'
import { useFilters } from '@/lib/filters'
import { useFoundUsers } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { Guarded, Recorded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { Person, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { UserSearch } from '@/ui/user-search'
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
          <UserSearch values={filters} onChange={setFilters} />
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
  const pages = useFoundUsers(q)
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
