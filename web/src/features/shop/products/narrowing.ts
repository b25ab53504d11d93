/**
 * What a list of products is narrowed to. It stands in the address, so that a link shows the same:
 * `?q=lamp&vendor=Oak&option.Colour=red,blue`. Values have commas between them, as in the API; a
 * comma in a value is written `\,`.
 */
export const LISTS = ['category', 'vendor', 'tag', 'availability'] as const
export type ListName = (typeof LISTS)[number]
export const SORTS = ['relevance', 'newest', 'price', '-price', 'title'] as const
export type Sort = (typeof SORTS)[number]

export type Narrowing = {
  readonly q: string
  readonly sort: Sort | null
  /** Chosen values by the name of the filter: `vendor`, `option.Colour`, `field.fabric`. */
  readonly values: Readonly<Record<string, readonly string[]>>
  /** In the currency's smallest unit. */
  readonly min: string | null
  readonly max: string | null
}

const OPTION = 'option.'
const FIELD = 'field.'

export function readNarrowing(search: Readonly<Record<string, unknown>>): Narrowing {
  const text = (name: string) => (typeof search[name] === 'string' ? search[name].trim() : '')
  const amount = (name: string) => (/^\d{1,30}$/.test(text(name)) ? text(name) : null)
  const names = Object.keys(search).filter(
    (name) => name.startsWith(OPTION) || name.startsWith(FIELD),
  )
  const values = [...LISTS, ...names]
    .map((name) => [name, splitValues(text(name))] as const)
    .filter(([, chosen]) => chosen.length > 0)
  return {
    q: text('q'),
    sort: SORTS.find((sort) => sort === text('sort')) ?? null,
    values: Object.fromEntries(values),
    min: amount('min'),
    max: amount('max'),
  }
}

/** The address of a narrowing. */
export function writeNarrowing(it: Narrowing): Record<string, string> {
  const values = Object.entries(it.values)
    .filter(([, chosen]) => chosen.length > 0)
    .map(([name, chosen]) => [name, joinValues(chosen)] as const)
  return {
    ...(it.q && { q: it.q }),
    ...(it.sort && { sort: it.sort }),
    ...Object.fromEntries(values),
    ...(it.min && { min: it.min }),
    ...(it.max && { max: it.max }),
  }
}

/** With a value chosen, or not any more. */
export function toggled(it: Narrowing, name: string, value: string): Narrowing {
  const chosen = it.values[name] ?? []
  const isChosen = chosen.includes(value)
  const next = isChosen ? chosen.filter((other) => other !== value) : [...chosen, value]
  return { ...it, values: { ...it.values, [name]: next } }
}

export function isNarrow(it: Narrowing): boolean {
  return Object.keys(it.values).length > 0 || it.min !== null || it.max !== null
}

/** What is left when all filters are taken away. */
export function widened(it: Narrowing): Narrowing {
  return { ...it, values: {}, min: null, max: null }
}

type Fixed = { readonly category?: string; readonly collection?: string }

/** The query of the API; prices are compared in the reader's currency. */
export function queryOf(it: Narrowing, fixed: Fixed, currency: string | undefined) {
  const lists = Object.entries(it.values).map(
    ([name, chosen]) => [`filter[${name}]`, joinValues(chosen)] as const,
  )
  const needsCurrency = it.sort === 'price' || it.sort === '-price' || it.min || it.max
  return {
    ...(it.q && { q: it.q }),
    ...(it.sort && { sort: it.sort }),
    ...Object.fromEntries(lists),
    ...(fixed.category && { 'filter[category]': fixed.category }),
    ...(fixed.collection && { 'filter[collection]': fixed.collection }),
    ...(it.min && { 'filter[price][gte]': it.min }),
    ...(it.max && { 'filter[price][lte]': it.max }),
    ...(needsCurrency && currency && { currency }),
  }
}

/** Names of options may have anything in them, so names are written like values. */
export function querySerializer(query: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
}

/** `option.Colour` is `Colour`. */
export function optionName(name: string): string | null {
  return name.startsWith(OPTION) ? name.slice(OPTION.length) : null
}

export function optionKey(name: string): string {
  return OPTION + name
}

/** `field.fabric` is `fabric`. */
export function fieldName(name: string): string | null {
  return name.startsWith(FIELD) ? name.slice(FIELD.length) : null
}

export function fieldKey(name: string): string {
  return FIELD + name
}

function splitValues(text: string): readonly string[] {
  const values = text.match(/(?:\\.|[^,\\])+/gs) ?? []
  return values.map((value) => value.replace(/\\(.)/gs, '$1'))
}

function joinValues(values: readonly string[]): string {
  return values.map((value) => value.replace(/[\\,]/g, '\\$&')).join(',')
}
