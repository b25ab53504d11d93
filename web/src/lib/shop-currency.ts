import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api, body, type Schemas } from '@/api/client'

const STORED = 'bushel.shop.currency'
const LOOKED_AT = 100

type Priced = Pick<Schemas['ProductCard'], 'prices'>

/** In which currencies the newest products have a price, the most usual one first. */
export function currenciesOf(cards: readonly Priced[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { currency } of cards.flatMap(({ prices }) => prices)) {
    counts.set(currency, (counts.get(currency) ?? 0) + 1)
  }
  return [...counts].toSorted(([, one], [, other]) => other - one).map(([currency]) => currency)
}

const currenciesQuery = queryOptions({
  queryKey: ['shop', 'currencies'],
  staleTime: 10 * 60_000,
  queryFn: async () =>
    currenciesOf(
      (await body(api.GET('/v1/shop/products', { params: { query: { limit: LOOKED_AT } } }))).data,
    ),
})

const chosenQuery = queryOptions({
  queryKey: ['shop', 'currency'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: () => stored(),
})

/** The currency in which the buyer reads prices: the one they chose, or the most usual one. */
export function useCurrency() {
  const client = useQueryClient()
  const known = useQuery(currenciesQuery)
  const chosen = useQuery({ ...chosenQuery, initialData: stored }).data
  const currencies = known.data ?? []
  const currency = currencies.find((it) => it === chosen) ?? currencies[0]
  const choose = useCallback(
    (next: string) => {
      try {
        localStorage.setItem(STORED, next)
      } catch {
        // It holds for this page only.
      }
      client.setQueryData(chosenQuery.queryKey, next)
    },
    [client],
  )
  return { currency, currencies, choose, isPending: known.isPending, error: known.error }
}

function stored(): string {
  try {
    return localStorage.getItem(STORED) ?? ''
  } catch {
    return ''
  }
}
