import { useFilters } from '@/lib/filters'
import { useFoundUsers } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { Item, PagedList } from '@/ui/list'
import { Section } from '@/ui/page'
import { Person } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { UserSearch } from '@/ui/user-search'
import { texts } from './texts'

/** Whose balance it is about. */
export function FindUser() {
  const t = useTexts(texts)
  const [filters, setFilters] = useFilters(['q'])
  return (
    <Section title={t.find} lead={t.find_lead}>
      <UserSearch values={filters} onChange={setFilters} />
      {filters.q && <Found q={filters.q} />}
    </Section>
  )
}

function Found({ q }: { q: string }) {
  const t = useTexts(texts)
  const pages = useFoundUsers(q)
  return (
    <PagedList
      pages={pages}
      label={t.found}
      empty={<Empty title={t.none_found(q)}>{t.none_found_more}</Empty>}
    >
      {(user) => (
        <Item
          key={user.id}
          link={{ to: '/staff/adjustments/new', search: { user: user.id } as never }}
          end={t.choose}
        >
          <Person person={user} note={user.email} />
        </Item>
      )}
    </PagedList>
  )
}
