import { queryOptions } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { ProblemError } from './problem'

/** Somebody who was found by the beginning of a handle or name. */
export type Recipient = Schemas['WalletRecipient']

/**
 * People to send to. A server that has had enough searches for now finds nobody: a handle or an
 * address can still be typed.
 */
export function recipientsQuery(query: string) {
  return queryOptions({
    queryKey: ['recipients', query],
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<readonly Recipient[]> => {
      try {
        const params = { query: { query } }
        return (await body(api.GET('/v1/wallet/recipients', { params, signal }))).data
      } catch (error) {
        if (error instanceof ProblemError) return []
        throw error
      }
    },
  })
}
