import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { ProblemError } from './problem'
import { useSession } from './session'
import type { Language } from './text'
import { assetsQuery } from './wallet'

/** What several pages read of the shop. Texts of the catalogue come in the reader's language. */
export type Availability = ProductCard['availability']
export type Variant = Omit<Schemas['Variant'], 'availability'> & { availability: Availability }
export type Product = Omit<Schemas['Product'], 'availability' | 'variants'> & {
  availability: Availability
  variants: Variant[]
}
export type ProductCard = Schemas['ProductCard']
export type Image = Schemas['Image']
export type Category = Schemas['Category']
export type Collection = Schemas['Collection']
export type Cart = Schemas['Cart']
export type CartLine = Schemas['CartLine']
export type Order = Schemas['Order']
export type OrderSummary = Schemas['OrderSummary']
export type OrderReturn = Schemas['OrderReturn']

/** A way of saying to the API which language the page is in; the browser's may be another one. */
export function inLanguage(language: Language) {
  return { 'Accept-Language': language }
}

/** Categories and collections are few, and change rarely. */
const CALM = { staleTime: 60_000 } as const

export function categoriesQuery(language: Language) {
  return queryOptions({
    queryKey: ['shop', 'categories', language],
    queryFn: async () =>
      (await body(api.GET('/v1/shop/categories', { headers: inLanguage(language) }))).data,
    ...CALM,
  })
}

export function collectionsQuery(language: Language) {
  return queryOptions({
    queryKey: ['shop', 'collections', language],
    queryFn: async () =>
      (
        await body(
          api.GET('/v1/shop/collections', {
            params: { query: { limit: 200 } },
            headers: inLanguage(language),
          }),
        )
      ).data,
    ...CALM,
  })
}

/** What products are described by beside their texts, where the shop has such fields. */
export function customFieldsQuery(language: Language) {
  return queryOptions({
    queryKey: ['shop', 'custom-fields', language],
    queryFn: async () =>
      (await body(api.GET('/v1/shop/custom-fields', { headers: inLanguage(language) }))).data,
    ...CALM,
  })
}

/** A product, by its handle or its id. */
export function productQuery(id: string, language: Language) {
  return queryOptions({
    queryKey: ['shop', 'product', id, language],
    queryFn: async () =>
      asProduct(
        await body(
          api.GET('/v1/shop/products/{id}', {
            params: { path: { id } },
            headers: inLanguage(language),
          }),
        ),
      ),
  })
}

/** What a variant is called beside its product, or else in what it differs from the others. */
export function variantTitle(
  options: Product['options'],
  { title, options: values }: Pick<Variant, 'title' | 'options'>,
): string {
  return title ?? options.flatMap(({ name }) => values[name] ?? []).join(' / ')
}

/** The same, with the article number where a product has nothing to choose. */
export function variantName(options: Product['options'], variant: Variant): string {
  return variantTitle(options, variant) || variant.sku
}

type Titled = { readonly title: string; readonly variant_title?: string | null }

/** What is sold, in one line: the product, and which of it. */
export function fullTitle({ title, variant_title }: Titled): string {
  return [title, variant_title].filter(Boolean).join(', ')
}

export function fullTitleOf({ title, options }: Product, variant: Variant): string {
  return fullTitle({ title, variant_title: variantTitle(options, variant) })
}

/** The document says of `availability` that it is an object too, which it never is. */
export function asProduct(answer: unknown): Product {
  return answer as Product
}

/** Where a picture is, in the size that is enough for a place of so many pixels. */
export function imageUrl(id: string, size: 200 | 600 | 1200): string {
  return `/v1/shop/images/${id}/${size}`
}

/** What everybody may know of the shop: its currencies, its taxes, how long things can come back. */
export const storefrontQuery = queryOptions({
  queryKey: ['shop', 'storefront'],
  staleTime: 10 * 60_000,
  queryFn: () => body(api.GET('/v1/shop/storefront')),
})

/**
 * Decimals of a currency: of those in which something is sold, the shop says it. Staff also looks at
 * others, which the ledger knows; until either has answered it is what the world agrees on (ISO
 * 4217), as the browser knows it.
 */
export function useScale(currency: string): number {
  const sold = useQuery(storefrontQuery).data?.currencies.find(({ code }) => code === currency)
  const isKnown = Boolean(useSession().data)
  const assets = useQuery({ ...assetsQuery, enabled: isKnown && !sold }).data
  const asset = assets?.find(({ code }) => code === currency)
  return sold?.scale ?? asset?.scale ?? usualScale(currency)
}

export function usualScale(currency: string): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency })
    return format.resolvedOptions().maximumFractionDigits ?? 2
  } catch {
    return 2
  }
}

/** Whether an answer says that there is no such thing. */
export function isGone(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 404
}

/** Where a parcel goes; the API's document describes it under a name that means something else. */
export type Address = {
  readonly name: string
  readonly company?: string
  readonly street: string
  readonly extra?: string
  readonly postcode: string
  readonly city: string
  readonly region?: string
  readonly country: string
  readonly phone?: string
}

export function addressOf(value: unknown): Address | null {
  return typeof value === 'object' && value !== null ? (value as Address) : null
}
