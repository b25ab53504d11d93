/** How dates are written in a language where the reader is: English has more ways than one. */
export function dateFormat(language: string, options: Intl.DateTimeFormatOptions) {
  return new Intl.DateTimeFormat(regional(language, globalThis.navigator?.language), options)
}

/** `en` in a browser of Austria is `en-AT`. */
export function regional(language: string, browser = ''): string {
  const region = /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?-([A-Z]{2}|\d{3})\b/.exec(browser)?.[1]
  return region ? `${language}-${region}` : language
}

/** The things of each day of the reader's time zone, in the order in which they come. */
export function byDay<T>(
  things: readonly T[],
  at: (thing: T) => string,
): readonly { readonly day: string; readonly things: readonly T[] }[] {
  const days: { day: string; things: T[] }[] = []
  for (const thing of things) {
    const day = dayOf(new Date(at(thing)))
    const last = days.at(-1)
    if (last?.day === day) last.things.push(thing)
    else days.push({ day, things: [thing] })
  }
  return days
}

/** `2026-11-21`, as date fields have it. */
export function dayOf(moment: Date): string {
  const two = (part: number) => String(part).padStart(2, '0')
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`
}

/** "Saturday, 21 November", with the year where it isn't this one. */
export function nameOfDay(day: string, language: string, now = new Date()): string {
  const year = day.startsWith(String(now.getFullYear())) ? undefined : 'numeric'
  const options = { weekday: 'long', day: 'numeric', month: 'long', year } as const
  return dateFormat(language, options).format(new Date(`${day}T12:00`))
}

/** The first moment of a day of a date field, and that of the day after it, for filters. */
export function startOfDay(day: string, daysLater = 0): string {
  const start = new Date(`${day}T00:00`)
  start.setDate(start.getDate() + daysLater)
  return start.toISOString()
}
