const STEPS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** The largest units of a time: "6 days, 3 hours", "4 minutes, 12 seconds". */
export function timeLeft(seconds: number, language: string, units = 2): string {
  const first = STEPS.findIndex(([, length]) => seconds >= length)
  const shown = STEPS.slice(first < 0 ? 3 : first).slice(0, units)
  let rest = Math.max(0, Math.floor(seconds))
  const parts = shown.flatMap(([unit, length]) => {
    const count = Math.floor(rest / length)
    rest -= count * length
    if (count === 0 && shown.length > 1) return []
    const format = { style: 'unit', unit, unitDisplay: 'long' } as const
    return [new Intl.NumberFormat(language, format).format(count)]
  })
  return parts.join(', ')
}
