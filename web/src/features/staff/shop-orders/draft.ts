import { parseAmount } from '@/lib/amount'
import type { Variant } from '@/lib/shop'
import type { Language } from '@/lib/text'

/** A line of an order that is being written down. */
export type DraftLine = {
  readonly sku: string
  readonly name: string
  readonly quantity: number
  /** As it was typed; empty for that of the catalogue. */
  readonly price: string
  readonly variant: Variant
}

/** The units that a piece costs; `null` where nobody knows, or what was typed is no amount. */
export function unitPrice(
  { price, variant, quantity }: DraftLine,
  currency: string,
  scale: number,
  language: Language,
): bigint | null {
  if (price.trim() !== '') {
    const parsed = parseAmount(price, scale, language)
    return 'units' in parsed ? parsed.units : null
  }
  const listed = variant.prices.find((it) => it.currency === currency)
  if (!listed) return null
  // Those from the smallest quantity on come first.
  const tier = listed.tiers?.findLast(({ min_quantity }) => min_quantity <= quantity)
  return BigInt((tier ?? listed).amount)
}

/** One more of what is there already, or another line. */
export function withOneMore(
  lines: readonly DraftLine[],
  variant: Variant,
  name: string,
): readonly DraftLine[] {
  const isSame = (it: DraftLine) => it.sku === variant.sku
  if (!lines.some(isSame)) {
    return [...lines, { sku: variant.sku, name, quantity: 1, price: '', variant }]
  }
  return lines.map((it) => (isSame(it) ? { ...it, quantity: it.quantity + 1 } : it))
}
