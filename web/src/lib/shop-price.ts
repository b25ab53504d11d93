import type { Variant } from './shop'

/** What each piece costs where so many are bought. */
export function priceFor(
  price: { readonly amount: string; readonly tiers?: Variant['prices'][number]['tiers'] },
  quantity: number,
): string {
  const reached = (price.tiers ?? []).filter(({ min_quantity }) => min_quantity <= quantity)
  const best = reached.toSorted((one, other) => other.min_quantity - one.min_quantity)[0]
  return best?.amount ?? price.amount
}
