import type { Product, Variant } from '@/lib/shop'

/** A value of each option, by its name. */
export type Choice = Readonly<Record<string, string>>

/** The variant that has just these values; a product without options has one. */
export function chosenVariant(
  product: Pick<Product, 'options' | 'variants'>,
  choice: Choice,
): Variant | undefined {
  return product.variants.find((variant) => fits(variant, product.options, choice))
}

function fits(variant: Variant, options: Product['options'], choice: Choice): boolean {
  return options.every(({ name }) => variant.options[name] === choice[name])
}

/** What is chosen at first: what a link names, or else the first variant that can be had. */
export function firstChoice(
  product: Pick<Product, 'variants'>,
  sku: string | undefined,
  currency: string | undefined,
): Choice {
  const { variants } = product
  const hasPrice = (it: Variant) => it.prices.some((price) => price.currency === currency)
  const first =
    variants.find((it) => it.sku === sku) ??
    variants.find((it) => it.availability !== 'out_of_stock' && hasPrice(it)) ??
    variants[0]
  return first?.options ?? {}
}

/** Whether a value, with what else is chosen, leads to something that can be bought. */
export function isPossible(
  product: Pick<Product, 'options' | 'variants'>,
  choice: Choice,
  name: string,
  value: string,
): boolean {
  const variant = chosenVariant(product, { ...choice, [name]: value })
  return variant !== undefined && variant.availability !== 'out_of_stock'
}
