import type { LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useHasWithdrawals } from '@/lib/payments'
import { defineTexts, useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Item, type Paged, PagedList } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { Money, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { Tabs } from '@/ui/tabs'

const texts = defineTexts(
  {
    both: 'Deposit and withdraw',
    both_lead: 'Money in by card, money out to your bank account.',
    deposits: 'Deposits',
    deposits_lead: 'Money in by card.',
    withdrawals: 'Withdrawals',
    views: 'Payments',
    deposit: 'Deposit',
    withdraw: 'Withdraw',
  },
  {
    both: 'Ein- und auszahlen',
    both_lead: 'Geld herein mit der Karte, hinaus auf dein Bankkonto.',
    deposits: 'Einzahlungen',
    deposits_lead: 'Geld herein mit der Karte.',
    withdrawals: 'Auszahlungen',
    views: 'Zahlungen',
    deposit: 'Einzahlen',
    withdraw: 'Auszahlen',
  },
)

type PaymentsPageProps<T> = {
  pages: Paged<T>
  /** What the list is called. */
  label: string
  /** Where there is nothing yet: what would be, and the way to the first. */
  empty: { title: string; lead: string; action: ReactNode }
  children: (payment: T) => ReactNode
}

/** One's own deposits or withdrawals. Where nothing is paid out, there are only deposits. */
export function PaymentsPage<T>({ pages, label, empty, children }: PaymentsPageProps<T>) {
  const t = useTexts(texts)
  const isBoth = useHasWithdrawals()
  return (
    <Page
      title={isBoth ? t.both : t.deposits}
      lead={isBoth ? t.both_lead : t.deposits_lead}
      actions={<Actions isBoth={isBoth} />}
    >
      {isBoth && (
        <Tabs
          label={t.views}
          tabs={[
            { to: '/payments', label: t.deposits },
            { to: '/payments/withdrawals', label: t.withdrawals },
          ]}
        />
      )}
      <Section>
        <PagedList
          pages={pages}
          label={label}
          empty={
            <Empty title={empty.title} action={empty.action}>
              {empty.lead}
            </Empty>
          }
        >
          {children}
        </PagedList>
      </Section>
    </Page>
  )
}

/** The ways in and out, beside the title. */
function Actions({ isBoth }: { isBoth: boolean }) {
  const t = useTexts(texts)
  return (
    <>
      <ButtonLink to="/payments/deposit">{t.deposit}</ButtonLink>
      {isBoth && (
        <ButtonLink to="/payments/withdraw" look="secondary">
          {t.withdraw}
        </ButtonLink>
      )}
    </>
  )
}

type PaymentItemProps = {
  payment: { amount: string; scale: number; asset: string; created_at: string }
  /** The card or the bank account. */
  name: ReactNode
  badge: ReactNode
  link: Pick<LinkProps, 'to' | 'params'>
}

export function PaymentItem({ payment, name, badge, link }: PaymentItemProps) {
  return (
    <Item
      link={link}
      end={
        <>
          <Money units={payment.amount} scale={payment.scale} asset={payment.asset} />
          {badge}
        </>
      }
    >
      <strong>{name}</strong>
      <p className="muted">
        <When at={payment.created_at} />
      </p>
    </Item>
  )
}
