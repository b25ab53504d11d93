import { queryOptions } from '@tanstack/react-query'
import { api } from '@/api/client'
import { ProblemError } from './problem'

/** Somebody who was found by the beginning of a handle or name. */
export type Recipient = { readonly handle: string; readonly name: string }

/**
 * People to send to. A server that knows no such search, or has had enough of them for now, finds
 * nobody: a handle or an address can still be typed.
 */
export function recipientsQuery(text: string) {
  return queryOptions({
    queryKey: ['recipients', text],
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<readonly Recipient[]> => {
      try {
        return await find(text, signal)
      } catch (error) {
        if (error instanceof ProblemError) return []
        throw error
      }
    },
  })
}

/** By hand as long as the search isn't in the API's document. */
async function find(query: string, signal: AbortSignal): Promise<readonly Recipient[]> {
  const request = { params: { query: { query } }, signal }
  const { data } = await api.GET('/v1/wallet/recipients' as never, request as never)
  return (data as unknown as { data: readonly Recipient[] }).data
}
