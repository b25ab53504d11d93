import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { useSession } from './session'

export type Provider = Schemas['PaymentProvider']

/** Who takes money in, and pays it out; that changes when the server is started anew. */
const providersQuery = queryOptions({
  queryKey: ['providers'],
  staleTime: 10 * 60_000,
  queryFn: async () => (await body(api.GET('/v1/payments/providers'))).data,
})

export function useProviders() {
  return useQuery({ ...providersQuery, enabled: Boolean(useSession().data) })
}

/** Who takes cards for what the shop sells; guests are told as far as the server tells them. */
export function useCardProviders() {
  return useQuery({ ...providersQuery, retry: false })
}

/** Whether anybody pays out; until that is known, as if, because most do. */
export function useHasWithdrawals(): boolean {
  return useProviders().data?.some(({ withdrawals }) => withdrawals) ?? true
}
