import type { Schemas } from '@/api/client'
import { parseAmount } from '@/lib/amount'
import { startOfDay } from '@/lib/days'

export type Kind = Schemas['WalletEntryKind']
export type Direction = Schemas['WalletDirection']

/** What narrows the history, as the address has it. */
export type Filters = {
  readonly q?: string
  readonly direction?: Direction
  readonly kind?: Kind
  readonly counterparty?: string
  /** Days, both included. */
  readonly from?: string
  readonly to?: string
  /** As typed, with a point. */
  readonly min?: string
  readonly max?: string
}

export const NAMES = ['q', 'direction', 'kind', 'counterparty', 'from', 'to', 'min', 'max'] as const

export function filtersOf(values: Readonly<Record<string, string | undefined>>): Filters {
  const given = NAMES.flatMap((name) => {
    const value = values[name]?.trim()
    return value ? [[name, value]] : []
  })
  return Object.fromEntries(given) as Filters
}

/** The same as the API takes it. What isn't a day or an amount is left out. */
export function queryOf(filters: Filters, scale: number) {
  const units = (text: string | undefined) => {
    const parsed = parseAmount(text ?? '', scale, 'en')
    return 'units' in parsed ? parsed.units.toString() : undefined
  }
  const day = (text: string | undefined, later: number) =>
    text && /^\d{4}-\d{2}-\d{2}$/.test(text) ? startOfDay(text, later) : undefined
  return {
    q: filters.q,
    'filter[direction]': filters.direction,
    'filter[kind]': filters.kind,
    'filter[counterparty]': filters.counterparty?.replace(/^@/, ''),
    'filter[from]': day(filters.from, 0),
    'filter[before]': day(filters.to, 1),
    'filter[amount][gte]': units(filters.min),
    'filter[amount][lte]': units(filters.max),
  }
}
