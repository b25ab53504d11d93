import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Schemas } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { useSession } from '@/lib/session'
import type { Cart } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { accountsQuery, openOnes } from '@/lib/wallet'
import { texts } from './texts'

/** A way to pay. What the page shows of it, and what the API is told, stands here and nowhere else. */
export type PaymentMethod = {
  readonly id: string
  readonly label: string
  readonly note: ReactNode
  /** Whether this buyer can pay this cart with it at the moment. */
  readonly isPossible: boolean
  readonly payments: readonly Schemas['PaymentInput'][]
}

/** The ways to pay for a cart, the most usual one first. */
export function usePaymentMethods(cart: Cart): readonly PaymentMethod[] {
  return [useWalletMethod(cart)]
}

function useWalletMethod({ currency, total }: Cart): PaymentMethod {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const isGuest = useSession().data === null
  const accounts = useQuery({ ...accountsQuery, enabled: !isGuest }).data
  const account = openOnes(accounts ?? []).find(({ asset }) => asset === currency)
  const has = account
    ? `${formatAmount(account.available, account.scale, language)} ${currency}`
    : ''
  const isEnough = account !== undefined && BigInt(account.available) >= BigInt(total)
  const note = () => {
    if (isGuest) return t.wallet_guest
    if (accounts === undefined) return null
    if (!account) {
      return (
        <>
          {t.wallet_none(currency)} <Link to="/accounts">{t.open_account}</Link>
        </>
      )
    }
    if (isEnough) return t.wallet_has(has)
    return (
      <>
        {t.wallet_short(has)} <Link to="/payments/deposit">{t.deposit}</Link>
      </>
    )
  }
  return {
    id: 'wallet',
    label: t.wallet,
    note: note(),
    isPossible: isEnough,
    payments: [{ kind: 'wallet' }],
  }
}
