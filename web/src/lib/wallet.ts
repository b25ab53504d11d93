import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api, body, type Schemas } from '@/api/client'

/** What several pages read of the wallet, under keys that the stream of events refreshes. */
export type Account = Schemas['WalletAccount']
export type Asset = Schemas['Asset']
export type Transfer = Schemas['WalletTransfer']
export type Party = Schemas['WalletParty']
export type Limit = Schemas['Page_WalletLimit']['data'][number]

export const accountsQuery = queryOptions({
  queryKey: ['accounts'],
  queryFn: async (): Promise<readonly Account[]> =>
    (await body(api.GET('/v1/wallet/accounts'))).data.toSorted(byUse),
})

/** By their ids, as the API lists them, is no order for people. What has decimals is money, most of
 * the time, and what they look for first. */
function byUse(one: Account, other: Account): number {
  return other.scale - one.scale || one.asset.localeCompare(other.asset, 'en')
}

/** Assets never change, and new ones are rare. */
export const assetsQuery = queryOptions({
  queryKey: ['assets'],
  staleTime: 10 * 60_000,
  queryFn: async (): Promise<readonly Asset[]> => {
    const all: Asset[] = []
    let cursor: string | undefined
    do {
      const page = await body(api.GET('/v1/ledger/assets', { params: { query: { cursor } } }))
      all.push(...page.data)
      cursor = page.next_cursor ?? undefined
    } while (cursor)
    return all
  },
})

const limitsQuery = queryOptions({
  queryKey: ['accounts', 'limits'],
  queryFn: async () => (await body(api.GET('/v1/wallet/limits'))).data,
})

/** What limits the sending of an asset; nothing as long as that isn't known. */
export function useLimit(asset: string): Limit | undefined {
  return useQuery(limitsQuery).data?.find((limit) => limit.asset === asset)
}

export function openOnes(accounts: readonly Account[]): readonly Account[] {
  return accounts.filter((account) => account.status === 'open')
}

/** Has what a write changed read again: `await reread('transfers', 'accounts')`. */
export function useReread() {
  const client = useQueryClient()
  return useCallback(
    (...keys: readonly string[]) =>
      Promise.all(keys.map((key) => client.invalidateQueries({ queryKey: [key] }))),
    [client],
  )
}

/** What a transfer touches. */
export const MOVED = ['transfers', 'accounts', 'history', 'balances'] as const
