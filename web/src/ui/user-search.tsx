import type { Filters as Values } from '@/lib/filters'
import { defineTexts, useTexts } from '@/lib/text'
import { TextField } from './fields'
import { Filters } from './filters'

const texts = defineTexts(
  { search: 'Search', q: 'Name, handle, e-mail or id' },
  { search: 'Suchen', q: 'Name, Kurzname, E-Mail oder Id' },
)

type UserSearchProps = {
  values: Values
  onChange: (values: Readonly<Record<string, string>>) => void
}

/** Finds users for staff. Searches are recorded, so nothing is sought while one types. */
export function UserSearch({ values, onChange }: UserSearchProps) {
  const t = useTexts(texts)
  return (
    <Filters label={t.search} action={t.search} values={values} onChange={onChange}>
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
  )
}
