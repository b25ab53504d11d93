import type { Schemas } from '@/api/client'

export type Every = Schemas['Every']

export type Rhythm = {
  readonly start: Date
  readonly every: Every
  /** The last moment at which one may be. */
  readonly until?: Date | undefined
  readonly count?: number | undefined
}

/** The first dates of a schedule, as the server makes them: days and months are those of UTC. */
export function firstDates(rhythm: Rhythm, most: number): readonly Date[] {
  const dates: Date[] = []
  const last = Math.min(rhythm.every === 'once' ? 1 : most, rhythm.count ?? most)
  for (let no = 0; no < last; no++) {
    const at = occurrence(rhythm.start, rhythm.every, no)
    if (rhythm.until && at > rhythm.until) break
    dates.push(at)
  }
  return dates
}

/** Counted from the start each time, so that a short month doesn't move the day for good. */
function occurrence(start: Date, every: Every, no: number): Date {
  const at = new Date(start)
  if (every === 'day') at.setUTCDate(at.getUTCDate() + no)
  if (every === 'week') at.setUTCDate(at.getUTCDate() + 7 * no)
  if (every === 'month') {
    const day = at.getUTCDate()
    at.setUTCDate(1)
    at.setUTCMonth(at.getUTCMonth() + no)
    at.setUTCDate(Math.min(day, daysOfMonth(at)))
  }
  return at
}

function daysOfMonth(moment: Date): number {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + 1, 0)).getUTCDate()
}

/** `2026-11-21T09:00` of the reader's clock, as a field for date and time has it. */
export function localText(moment: Date): string {
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 16)
}

/** Tomorrow at nine by the reader's clock. */
export function tomorrowMorning(now = new Date()): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9)
}
