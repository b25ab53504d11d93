import type { Product, Variant } from '@/lib/shop'

/** The picture of a variant, or of the one that has most in common with it, or the first one. */
export function pictureFor(
  { images, variants }: Pick<Product, 'images' | 'variants'>,
  variant: Variant | undefined,
): Product['images'][number] | undefined {
  const common = (id: string | null) => {
    const shown = variants.find((it) => it.id === id)
    if (!variant || !shown) return 0
    if (shown === variant) return Number.POSITIVE_INFINITY
    const names = Object.keys(variant.options)
    return names.filter((name) => variant.options[name] === shown.options[name]).length
  }
  return images.toSorted((one, other) => common(other.variant) - common(one.variant))[0]
}
