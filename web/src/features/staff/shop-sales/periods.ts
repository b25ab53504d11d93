import type { Schemas } from '@/api/client'

/** Times as they are asked for and cut. Days are those of UTC, as the API cuts them. */
export type Step = Schemas['SalesStep']
export type Asked = { readonly from: string; readonly before?: string; readonly by: Step }

const DAY_MS = 86_400_000
const DAYS_MAX = 3_650
/** Up to so many days there is a bar for each, or for each week. */
const DAYS_FOR_DAYS = 45
const DAYS_FOR_WEEKS = 200

export const LENGTHS = ['7', '30', '90', '365'] as const

function stepFor(days: number): Step {
  if (days <= DAYS_FOR_DAYS) return 'day'
  return days <= DAYS_FOR_WEEKS ? 'week' : 'month'
}

/** The last so many days, today with them. */
export function lastDays(days: number, now: Date): Asked {
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate())
  const from = new Date(today - (days - 1) * DAY_MS)
  return { from: from.toISOString(), by: stepFor(days) }
}

/** From one day to another, with both, or why not. */
export function betweenDays(first: string, last: string): Asked | 'wrong_days' | 'too_long' {
  const [from, until] = [Date.parse(`${first}T00:00:00Z`), Date.parse(`${last}T00:00:00Z`)]
  if (!(from <= until)) return 'wrong_days'
  const days = (until - from) / DAY_MS + 1
  if (days > DAYS_MAX) return 'too_long'
  const before = new Date(until + DAY_MS).toISOString()
  return { from: new Date(from).toISOString(), before, by: stepFor(days) }
}

/** The beginnings of all parts of a time, also of those in which nothing was sold. */
export function partsOf(from: string, before: string, by: Step): readonly string[] {
  const parts: string[] = []
  let at = beginningOf(new Date(from), by)
  const end = Date.parse(before)
  while (at.getTime() < end) {
    parts.push(at.toISOString())
    at = next(at, by)
  }
  return parts
}

function beginningOf(moment: Date, by: Step): Date {
  const [year, month, day] = [moment.getUTCFullYear(), moment.getUTCMonth(), moment.getUTCDate()]
  if (by === 'month') return new Date(Date.UTC(year, month, 1))
  const sinceMonday = (moment.getUTCDay() + 6) % 7
  return new Date(Date.UTC(year, month, by === 'week' ? day - sinceMonday : day))
}

function next(at: Date, by: Step): Date {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()]
  if (by === 'month') return new Date(Date.UTC(year, month + 1, 1))
  return new Date(Date.UTC(year, month, day + (by === 'week' ? 7 : 1)))
}

/** How high bars are, in shares of the highest, with what is below zero; a line is at zero. */
export function heights(values: readonly bigint[]): readonly number[] {
  const sizes = values.map((value) => (value < 0n ? -value : value))
  let most = 0n
  for (const size of sizes) if (size > most) most = size
  if (most === 0n) return values.map(() => 0)
  return values.map((value) => Number((value * 10_000n) / most) / 10_000)
}
