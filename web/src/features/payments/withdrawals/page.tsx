import { api, body } from '@/api/client'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Item, PagedList } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { PaymentActions, PaymentTabs } from '@/ui/payments/payment-tabs'
import { useBankName, type Withdrawal, WithdrawalBadge } from '@/ui/payments/withdrawal'
import { Money, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { texts } from './texts'

/** What was paid out to bank accounts. */
export default function WithdrawalsPage() {
  const t = useTexts(texts)
  const pages = usePages(['withdrawals'], (cursor) =>
    body(api.GET('/v1/payments/withdrawals', { params: { query: { cursor } } })),
  )
  return (
    <Page title={t.payments} lead={t.lead} actions={<PaymentActions />}>
      <PaymentTabs />
      <Section>
        <PagedList
          pages={pages}
          label={t.list}
          empty={
            <Empty
              title={t.empty}
              action={<ButtonLink to="/payments/withdraw">{t.make}</ButtonLink>}
            >
              {t.empty_lead}
            </Empty>
          }
        >
          {(withdrawal) => <WithdrawalItem key={withdrawal.id} withdrawal={withdrawal} />}
        </PagedList>
      </Section>
    </Page>
  )
}

function WithdrawalItem({ withdrawal }: { withdrawal: Withdrawal }) {
  const bankName = useBankName()
  return (
    <Item
      link={{ to: '/payments/withdrawals/$id', params: { id: withdrawal.id } }}
      end={
        <>
          <Money units={withdrawal.amount} scale={withdrawal.scale} asset={withdrawal.asset} />
          <WithdrawalBadge status={withdrawal.status} />
        </>
      }
    >
      <strong>{bankName(withdrawal.destination)}</strong>
      <p className="muted">
        <When at={withdrawal.created_at} />
      </p>
    </Item>
  )
}
