/** Rates come in millionths: 200000 is 20 %. They are shown and typed as percents. */

const PERCENT_DECIMALS = 4

/** `200000` is `20 %`, `55000` is `5.5 %` or `5,5 %`. */
export function formatRate(millionths: number, locale: string): string {
  const format = new Intl.NumberFormat(locale, {
    style: 'percent',
    maximumFractionDigits: PERCENT_DECIMALS,
  })
  return format.format(millionths / 1_000_000)
}

/** For a form field: percents with the language's decimal mark. */
export function editableRate(millionths: number, locale: string): string {
  const options = { maximumFractionDigits: PERCENT_DECIMALS, useGrouping: false }
  return new Intl.NumberFormat(locale, options).format(millionths / 10_000)
}

/** Millionths of a typed percentage from 0 to 100, or `null`. */
export function parseRate(text: string): number | null {
  const match = /^(\d{1,3})(?:[.,](\d{1,4}))?\s*%?$/.exec(text.trim())
  if (!match) return null
  const [, whole = '', fraction = ''] = match
  const millionths = Number(whole) * 10_000 + Number(fraction.padEnd(PERCENT_DECIMALS, '0'))
  return millionths <= 1_000_000 ? millionths : null
}
