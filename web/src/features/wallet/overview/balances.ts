import { queryOptions } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import type { Account } from '@/lib/wallet'

/** What an account held at the end of a day of UTC. */
export type DayBalance = Pick<Schemas['WalletDayBalance'], 'date' | 'balance'>

/** An account's last 90 days, oldest first. */
export function balancesQuery({ id }: Account) {
  return queryOptions({
    queryKey: ['balances', id],
    queryFn: async (): Promise<readonly DayBalance[]> => {
      const params = { path: { id } }
      return (await body(api.GET('/v1/wallet/accounts/{id}/balances', { params }))).data
    },
  })
}

/** The first day and those on which something changed, newest first. */
export function changes(days: readonly DayBalance[]): readonly DayBalance[] {
  return days.filter((day, index) => day.balance !== days[index - 1]?.balance).reverse()
}
