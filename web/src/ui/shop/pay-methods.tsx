import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import type { Schemas } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { type Provider, useCardProviders } from '@/lib/payments'
import { useSession } from '@/lib/session'
import { useScale } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { type Account, accountsQuery, openOnes } from '@/lib/wallet'
import type { Values } from '@/ui/form'
import { CardFields, cardOf } from '@/ui/payments/card-fields'
import { cardTexts } from '@/ui/payments/card-texts'
import { asksHere, takes } from '@/ui/payments/provider'
import { TestCards } from '@/ui/payments/test-cards'
import { payTexts } from './pay-texts'

type Payment = Schemas['PaymentInput']
/** What is to be paid. */
export type Due = { readonly currency: string; readonly total: string }

/** A way to pay. What a page shows of it, and what the API is told, stands here and nowhere else. */
export type PaymentMethod = {
  readonly id: 'wallet' | 'both' | 'card'
  readonly label: string
  readonly note: ReactNode
  /** When the money moves. */
  readonly binding: string
  /** Whether this buyer can pay with it at the moment. */
  readonly isPossible: boolean
  /** What has to be filled in. */
  readonly fields: ReactNode
  readonly read: (values: Values) => readonly Payment[]
}

/** The ways to pay something, the most usual one first. */
export function usePaymentMethods(due: Due): readonly PaymentMethod[] {
  const isGuest = useSession().data === null
  const accounts = useQuery({ ...accountsQuery, enabled: !isGuest }).data
  const account = openOnes(accounts ?? []).find(({ asset }) => asset === due.currency)
  const wallet = useWallet(due, account, accounts !== undefined)
  const card = useCard(due)
  const both = useBoth(due, account, card)
  return [wallet, both, card].filter((it) => it !== null)
}

function useWallet(due: Due, account: Account | undefined, isKnown: boolean): PaymentMethod {
  const t = useTexts(payTexts)
  const { language } = useLanguage()
  const isGuest = useSession().data === null
  const { currency, total } = due
  const has = account
    ? `${formatAmount(account.available, account.scale, language)} ${currency}`
    : ''
  const isEnough = account !== undefined && BigInt(account.available) >= BigInt(total)
  const note = () => {
    if (isGuest) return t.wallet_guest
    if (!isKnown) return null
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
    binding: t.binding_wallet,
    isPossible: isEnough,
    fields: null,
    read: () => [{ kind: 'wallet' }],
  }
}

/** A card, with whoever takes cards in this currency. */
function useCard({ currency }: Due): PaymentMethod | null {
  const t = useTexts(payTexts)
  const words = useTexts(cardTexts)
  const isGuest = useSession().data === null
  const { data, isError } = useCardProviders()
  const provider = data?.find((it) => takes(it, currency))
  const common = { id: 'card', label: t.card, binding: t.binding_card } as const
  if (!provider) {
    if (!isGuest || !isError) return null
    return { ...common, note: t.card_guest, isPossible: false, fields: null, read: () => [] }
  }
  const isHere = asksHere(provider)
  return {
    ...common,
    note: isHere ? t.card_here : t.card_there,
    isPossible: true,
    fields: isHere ? <Entry provider={provider} /> : null,
    read: (values) => [
      {
        kind: 'card',
        provider: provider.name,
        return_url: `${location.origin}${isGuest ? '/shop' : '/shop/orders'}`,
        ...(isHere && { card: cardOf(values, words) }),
      },
    ],
  }
}

function Entry({ provider }: { provider: Provider }) {
  const [number, setNumber] = useState('')
  return (
    <>
      <CardFields number={number} onNumber={setNumber} />
      {provider.test && <TestCards onUse={setNumber} />}
    </>
  )
}

/** Where the wallet holds something, but not enough. */
function useBoth(
  due: Due,
  account: Account | undefined,
  card: PaymentMethod | null,
): PaymentMethod | null {
  const t = useTexts(payTexts)
  const { language } = useLanguage()
  const scale = useScale(due.currency)
  const has = BigInt(account?.available ?? '0')
  const rest = BigInt(due.total) - has
  if (!card?.isPossible || has <= 0n || rest <= 0n) return null
  const words = (units: bigint) => `${formatAmount(units, scale, language)} ${due.currency}`
  return {
    ...card,
    id: 'both',
    label: t.both,
    note: t.both_note(words(has), words(rest)),
    read: (values) => [{ kind: 'wallet', amount: has.toString() }, ...card.read(values)],
  }
}
