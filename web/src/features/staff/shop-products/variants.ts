import type { Schemas } from '@/api/client'

type Option = Schemas['ProductOption']

export const VARIANTS_MAX = 250

/** Words with commas between them, each once. */
export function wordsOf(text: string): string[] {
  const words = text.split(',').map((word) => word.trim())
  return [...new Set(words.filter((word) => word !== ''))]
}

/** All combinations of the options' values; without options there is one, of none. */
export function combinations(options: readonly Option[]): readonly Record<string, string>[] {
  return options.reduce<readonly Record<string, string>[]>(
    (all, { name, values }) =>
      all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  )
}

/** `TEE` in red and L is `TEE-RED-L`. */
export function skuOf(base: string, values: readonly string[]): string {
  const parts = values.map((value) =>
    value
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, '-')
      .replace(/^-+|-+$/g, ''),
  )
  return [base.trim(), ...parts.filter(Boolean)].join('-')
}

type Common = Pick<Schemas['CreateVariant'], 'prices' | 'weight_g'>

/** A variant for each combination. It needs no name: its values are one. */
export function variantsOf(
  options: readonly Option[],
  base: string,
  common: Common,
): Schemas['CreateVariant'][] {
  return combinations(options).map((values) => {
    const words = Object.values(values)
    return {
      ...common,
      sku: skuOf(base, words),
      ...(words.length > 0 && { options: values }),
    }
  })
}

/** How many variants there will be. */
export function countOf(options: readonly Option[]): number {
  return options.reduce((count, { values }) => count * values.length, 1)
}
