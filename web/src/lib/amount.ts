/**
 * Amounts are integers of an asset's smallest unit, up to 2^128-1, and come as text. They never
 * become floating-point numbers here, not even to be shown.
 */

export const AMOUNT_MAX = 2n ** 128n - 1n

/** A reason why a text is no amount. */
export type AmountFlaw = 'empty' | 'malformed' | 'too_precise' | 'too_large'

export type ParsedAmount = { readonly units: bigint } | { readonly flaw: AmountFlaw }

/** `1250` at scale 2 is `12.50` in English and `12,50` in German. */
export function formatAmount(units: string | bigint, scale: number, locale: string): string {
  const value = BigInt(units)
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = digits.slice(digits.length - scale)
  const { group, decimal } = separators(locale)
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group)
  const sign = value < 0n ? '\u2212' : ''
  return sign + grouped + (scale > 0 ? decimal + fraction : '')
}

/**
 * What somebody typed, in their language's way of writing: both marks may be used as decimals
 * where that can't be misread (`12,5` and `12.5`), spaces and apostrophes may group.
 */
export function parseAmount(text: string, scale: number, locale: string): ParsedAmount {
  const { group, decimal } = separators(locale)
  let plain = text.trim().replace(/[\s\u00a0\u202f'’]/g, '')
  if (plain === '') return { flaw: 'empty' }
  const grouped = new RegExp(`^\\d{1,3}(${escaped(group)}\\d{3})+(${escaped(decimal)}\\d+)?$`)
  if (group !== '' && grouped.test(plain)) plain = plain.split(group).join('')
  const match = /^(\d+)(?:[.,](\d*))?$/.exec(plain)
  if (!match) return { flaw: 'malformed' }
  const [, whole = '', fraction = ''] = match
  const kept = fraction.replace(/0+$/, '')
  if (kept.length > scale) return { flaw: 'too_precise' }
  const units = BigInt(whole + kept.padEnd(scale, '0'))
  return units > AMOUNT_MAX ? { flaw: 'too_large' } : { units }
}

/** For a form field: `1250` at scale 2 is `12.50`, with the language's decimal mark, ungrouped. */
export function editableAmount(units: string | bigint, scale: number, locale: string): string {
  const { group } = separators(locale)
  return formatAmount(units, scale, locale).split(group).join('')
}

const known = new Map<string, { group: string; decimal: string }>()

function separators(locale: string) {
  const found = known.get(locale)
  if (found) return found
  const parts = new Intl.NumberFormat(locale).formatToParts(1_234_567.8)
  const part = (type: string, otherwise: string) =>
    parts.find((it) => it.type === type)?.value ?? otherwise
  const result = { group: part('group', ''), decimal: part('decimal', '.') }
  known.set(locale, result)
  return result
}

function escaped(mark: string): string {
  return mark.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
