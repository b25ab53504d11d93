import type { Schemas } from '@/api/client'
import type { Order, Variant } from '@/lib/shop'
import { priceFor } from '@/lib/shop-price'

type OrderLine = Order['lines'][number]

/** Pieces that are to come back, and what is wanted in place of them, unless it is the money. */
export type Wish = {
  readonly line: OrderLine
  readonly pieces: number
  readonly variant: string | null
}

/** What is wanted instead, each variant once; lines of an order may be about the same thing. */
export function itemsOf(wishes: readonly Wish[]): Schemas['CreateExchangeItem'][] {
  const pieces = new Map<string, number>()
  for (const { variant, pieces: more } of wishes) {
    if (variant !== null) pieces.set(variant, (pieces.get(variant) ?? 0) + more)
  }
  return [...pieces].map(([variant, quantity]) => ({ variant, quantity }))
}

/** What can be had in place of something, in the currency in which that was paid. */
export function offered(variants: readonly Variant[], currency: string): readonly Variant[] {
  return variants.filter(
    ({ is_active, availability, prices }) =>
      is_active && availability !== 'out_of_stock' && prices.some((it) => it.currency === currency),
  )
}

/**
 * What all that is wanted costs more than what comes back was paid, at the prices of the moment;
 * below zero if less. Nothing if nothing is wanted, or a price isn't known.
 */
export function differenceOf(
  wishes: readonly Wish[],
  variants: readonly Variant[],
  currency: string,
): bigint | null {
  const items = itemsOf(wishes)
  if (items.length === 0) return null
  let difference = 0n
  for (const { line, pieces } of wishes) difference -= worthOf(line, pieces)
  for (const { variant: id, quantity } of items) {
    const prices = variants.find((it) => it.id === id)?.prices
    const price = prices?.find((it) => it.currency === currency)
    const line = wishes.find(({ variant }) => variant === id)?.line
    if (!price || !line) return null
    difference += withTax(BigInt(priceFor(price, quantity)) * BigInt(quantity), line)
  }
  return difference
}

/** What so many more pieces of a line were paid, unless that has gone back already. */
function worthOf({ earned, refunded, shipped, returned }: OrderLine, pieces: number): bigint {
  if (shipped === 0) return 0n
  const upto = (count: number) => (BigInt(earned) * BigInt(count)) / BigInt(shipped)
  const worth = upto(returned + pieces) - upto(returned)
  const left = BigInt(earned) - BigInt(refunded)
  return worth < left ? worth : left
}

const MILLION = 1_000_000n

/** Where tax comes on top of prices, it was on top of the line's, which is of the same product. */
function withTax(amount: bigint, line: OrderLine): bigint {
  const { unit_price, quantity, discount, total, tax_rate } = line
  const isOnTop = BigInt(total) > BigInt(unit_price) * BigInt(quantity) - BigInt(discount)
  if (!isOnTop) return amount
  return amount + (amount * BigInt(tax_rate) + MILLION / 2n) / MILLION
}
