import { queryOptions } from '@tanstack/react-query'
import { api } from '@/api/client'
import { ProblemError } from '@/lib/problem'
import type { Account } from '@/lib/wallet'

/** What an account held at the end of a day of UTC. */
export type DayBalance = { readonly date: string; readonly balance: string }

const DAYS = 90

/** An account's last days, oldest first; `null` from a server that doesn't know them. */
export function balancesQuery(account: Account) {
  return queryOptions({
    queryKey: ['balances', account.id],
    queryFn: async (): Promise<readonly DayBalance[] | null> => {
      try {
        return await read(account.id)
      } catch (error) {
        if (error instanceof ProblemError && error.status === 404) return null
        throw error
      }
    },
  })
}

/** By hand as long as the route isn't in the API's document. */
async function read(id: string): Promise<readonly DayBalance[]> {
  const [from, to] = period(new Date())
  const request = { params: { path: { id }, query: { from, to } } }
  const { data } = await api.GET('/v1/wallet/accounts/{id}/balances' as never, request as never)
  return (data as unknown as { data: readonly DayBalance[] }).data
}

/** The first and the last day. */
export function period(now: Date): readonly [string, string] {
  const first = new Date(now)
  first.setUTCDate(first.getUTCDate() - (DAYS - 1))
  return [first.toISOString().slice(0, 10), now.toISOString().slice(0, 10)]
}

/** The first day and those on which something changed, newest first. */
export function changes(days: readonly DayBalance[]): readonly DayBalance[] {
  return days.filter((day, index) => day.balance !== days[index - 1]?.balance).reverse()
}
