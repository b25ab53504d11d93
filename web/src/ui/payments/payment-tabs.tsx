import { defineTexts, useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Tabs } from '@/ui/tabs'

const texts = defineTexts(
  {
    views: 'Payments',
    deposits: 'Deposits',
    withdrawals: 'Withdrawals',
    deposit: 'Deposit',
    withdraw: 'Withdraw',
  },
  {
    views: 'Zahlungen',
    deposits: 'Einzahlungen',
    withdrawals: 'Auszahlungen',
    deposit: 'Einzahlen',
    withdraw: 'Auszahlen',
  },
)

/** The two kinds of payments. */
export function PaymentTabs() {
  const t = useTexts(texts)
  return (
    <Tabs
      label={t.views}
      tabs={[
        { to: '/payments', label: t.deposits },
        { to: '/payments/withdrawals', label: t.withdrawals },
      ]}
    />
  )
}

/** The ways in and out, beside the title. */
export function PaymentActions() {
  const t = useTexts(texts)
  return (
    <>
      <ButtonLink to="/payments/deposit">{t.deposit}</ButtonLink>
      <ButtonLink to="/payments/withdraw" look="secondary">
        {t.withdraw}
      </ButtonLink>
    </>
  )
}
