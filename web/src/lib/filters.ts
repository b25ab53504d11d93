import { useNavigate, useSearch } from '@tanstack/react-router'

/** What a list is narrowed to, by the name of the filter; one that isn't there lets all through. */
export type Filters<Name extends string = string> = Readonly<Partial<Record<Name, string>>>

/** The filters of a page. They stand in its address, so that a link shows the same. */
export function useFilters<const Name extends string>(names: readonly Name[]) {
  const search = useSearch({ strict: false }) as Readonly<Record<string, unknown>>
  const navigate = useNavigate()
  const filters = filtersOf(search, names)
  const setFilters = (values: Readonly<Record<string, unknown>>) =>
    void navigate({ to: '.', search: filtersOf(values, names) as never })
  return [filters, setFilters] as const
}

/** Texts with something in them; an address may also hold what reads as a number. */
export function filtersOf<const Name extends string>(
  values: Readonly<Record<string, unknown>>,
  names: readonly Name[],
): Filters<Name> {
  const given = names.flatMap((name) => {
    const value = values[name]
    const text = ['string', 'number', 'boolean'].includes(typeof value) ? String(value).trim() : ''
    return text === '' ? [] : [[name, text] as const]
  })
  return Object.fromEntries(given) as Filters<Name>
}
