import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { defineTexts, useTexts } from '@/lib/text'
import { type Account, accountsQuery, assetsQuery, openOnes } from '@/lib/wallet'
import { ButtonLink } from '@/ui/button'
import { Empty, Loaded } from '@/ui/states'

const texts = defineTexts(
  {
    none: 'You have no account for money yet',
    none_lead: 'Only money can be paid in and out. Open an account for it first.',
    open: 'Open an account',
  },
  {
    none: 'Du hast noch kein Konto für Geld',
    none_lead: 'Nur Geld lässt sich ein- und auszahlen. Eröffne zuerst ein Konto dafür.',
    open: 'Konto eröffnen',
  },
)

type Props = { lines: number; children: (accounts: readonly Account[]) => ReactNode }

/** The open accounts that hold money, or how to get one. */
export function MoneyAccounts({ lines, children }: Props) {
  const t = useTexts(texts)
  const accounts = useQuery(accountsQuery)
  const assets = useQuery(assetsQuery)
  const isMoney = (code: string) =>
    assets.data?.some((asset) => asset.code === code && asset.kind === 'money')
  const query = {
    data: assets.data && accounts.data && openOnes(accounts.data).filter((it) => isMoney(it.asset)),
    error: accounts.error ?? assets.error,
    refetch: () => Promise.all([accounts.refetch(), assets.refetch()]),
  }
  return (
    <Loaded query={query} lines={lines}>
      {(money) =>
        money.length > 0 ? (
          children(money)
        ) : (
          <Empty title={t.none} action={<ButtonLink to="/accounts">{t.open}</ButtonLink>}>
            {t.none_lead}
          </Empty>
        )
      }
    </Loaded>
  )
}
