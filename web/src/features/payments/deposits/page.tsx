import { api, body } from '@/api/client'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Item, PagedList } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { CardName, type Deposit, DepositBadge } from '@/ui/payments/deposit'
import { PaymentActions, PaymentTabs } from '@/ui/payments/payment-tabs'
import { Money, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { texts } from './texts'

/** What was paid in by card. */
export default function DepositsPage() {
  const t = useTexts(texts)
  const pages = usePages(['deposits'], (cursor) =>
    body(api.GET('/v1/payments/deposits', { params: { query: { cursor } } })),
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
              action={<ButtonLink to="/payments/deposit">{t.make}</ButtonLink>}
            >
              {t.empty_lead}
            </Empty>
          }
        >
          {(deposit) => <DepositItem key={deposit.id} deposit={deposit} />}
        </PagedList>
      </Section>
    </Page>
  )
}

function DepositItem({ deposit }: { deposit: Deposit }) {
  return (
    <Item
      link={{ to: '/payments/deposits/$id', params: { id: deposit.id } }}
      end={
        <>
          <Money units={deposit.amount} scale={deposit.scale} asset={deposit.asset} />
          <DepositBadge status={deposit.status} />
        </>
      }
    >
      <strong>
        <CardName card={deposit.card} />
      </strong>
      <p className="muted">
        <When at={deposit.created_at} />
      </p>
    </Item>
  )
}
