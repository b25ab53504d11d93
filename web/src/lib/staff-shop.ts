import { queryOptions } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { asProduct, type Product } from './shop'

/** What several of the shop's staff pages read. */
export type Location = Schemas['Location']
export type Stock = Schemas['Stock']

/** A thing with the version that a change of it is based on, which is in the answer's ETag. */
export type Versioned<T> = { readonly data: T; readonly version: string }

export async function versioned<T>(
  call: Promise<{ data?: T; response: Response }>,
): Promise<Versioned<T>> {
  const { data, response } = await call
  return { data: data as T, version: response.headers.get('etag') ?? '"0"' }
}

export const locationsQuery = queryOptions({
  queryKey: ['staff', 'shop', 'locations'],
  queryFn: async () => (await body(api.GET('/v1/shop/locations'))).data,
})

/** The titles of fields are for staff as they are written, with what they are in other languages. */
export type CustomField = Omit<Schemas['CustomField'], 'translations'> & {
  translations?: Readonly<Record<string, string>> | null
}

export const writtenFieldsQuery = queryOptions({
  queryKey: ['staff', 'shop', 'custom-fields'],
  queryFn: async () =>
    (await body(api.GET('/v1/shop/custom-fields'))).data as unknown as readonly CustomField[],
})

/** A product as it is written, with its version. */
export function writtenProductQuery(id: string) {
  return queryOptions({
    queryKey: ['staff', 'shop', 'product', id],
    queryFn: async (): Promise<Versioned<Product>> => {
      const { data, version } = await versioned(
        api.GET('/v1/shop/products/{id}', { params: { path: { id } } }),
      )
      return { data: asProduct(data), version }
    },
  })
}

/** The same product as buyers are shown it: staff gets the prices that are written, buyers those of
 * lists, with the lowest of 30 days. */
export function offeredProductQuery(id: string) {
  return queryOptions({
    queryKey: ['shop', 'product', id, 'offered'],
    queryFn: async () =>
      asProduct(
        await body(
          api.GET('/v1/shop/products/{id}', { params: { path: { id } }, credentials: 'omit' }),
        ),
      ),
  })
}

export function stockQuery(sku: string) {
  return queryOptions({
    queryKey: ['staff', 'shop', 'stock', sku],
    queryFn: () => body(api.GET('/v1/shop/stock/{sku}', { params: { path: { sku } } })),
  })
}
