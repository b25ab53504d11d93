import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { Schemas } from '@/api/client'
import { storefrontQuery } from './shop'

const STORED = 'bushel.shop.currency'

type Sold = Pick<Schemas['Storefront'], 'currencies' | 'default_currency'>

/** In which currencies something can be bought, the one for who hasn't chosen first. */
export function currenciesOf({ currencies, default_currency }: Sold): readonly string[] {
  const codes = currencies.map(({ code }) => code)
  const isFirst = (code: string) => code === default_currency
  return [...codes.filter(isFirst), ...codes.filter((code) => !isFirst(code))]
}

const chosenQuery = queryOptions({
  queryKey: ['shop', 'currency'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: () => stored(),
})

/** The currency in which the buyer reads prices: the one they chose, or the shop's. */
export function useCurrency() {
  const client = useQueryClient()
  const known = useQuery(storefrontQuery)
  const chosen = useQuery({ ...chosenQuery, initialData: stored }).data
  const currencies = known.data ? currenciesOf(known.data) : []
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
