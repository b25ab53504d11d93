import { api, body } from '@/api/client'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { CardName, DepositBadge } from '@/ui/payments/deposit'
import { PaymentItem, PaymentsPage } from '@/ui/payments/payments-page'
import { texts } from './texts'

/** What was paid in by card. */
export default function DepositsPage() {
  const t = useTexts(texts)
  const pages = usePages(['deposits'], (cursor) =>
    body(api.GET('/v1/payments/deposits', { params: { query: { cursor } } })),
  )
  const first = <ButtonLink to="/payments/deposit">{t.make}</ButtonLink>
  return (
    <PaymentsPage
      pages={pages}
      label={t.list}
      empty={{ title: t.empty, lead: t.empty_lead, action: first }}
    >
      {(deposit) => (
        <PaymentItem
          key={deposit.id}
          payment={deposit}
          name={<CardName card={deposit.card} />}
          badge={<DepositBadge status={deposit.status} />}
          link={{ to: '/payments/deposits/$id', params: { id: deposit.id } }}
        />
      )}
    </PaymentsPage>
  )
}
