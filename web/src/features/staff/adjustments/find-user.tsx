import { api, body } from '@/api/client'
import { useFilters } from '@/lib/filters'
import { usePages } from '@/lib/query'
import { SEEN } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { TextField } from '@/ui/fields'
import { Filters } from '@/ui/filters'
import { Item, PagedList } from '@/ui/list'
import { Section } from '@/ui/page'
import { Person } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { texts } from './texts'

/** Whose balance it is about. Searches are recorded, so nothing is sought while one types. */
export function FindUser() {
  const t = useTexts(texts)
  const [filters, setFilters] = useFilters(['q'])
  return (
    <Section title={t.find} lead={t.find_lead}>
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
      {filters.q && <Found q={filters.q} />}
    </Section>
  )
}

function Found({ q }: { q: string }) {
  const t = useTexts(texts)
  const pages = usePages(
    ['staff', 'users', q],
    (cursor) => body(api.GET('/v1/admin/users', { params: { query: { q, cursor } } })),
    SEEN,
  )
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
