import { api, body } from '@/api/client'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { PaymentItem, PaymentsPage } from '@/ui/payments/payments-page'
import { useBankName, WithdrawalBadge } from '@/ui/payments/withdrawal'
import { texts } from './texts'

/** What was paid out to bank accounts. */
export default function WithdrawalsPage() {
  const t = useTexts(texts)
  const bankName = useBankName()
  const pages = usePages(['withdrawals'], (cursor) =>
    body(api.GET('/v1/payments/withdrawals', { params: { query: { cursor } } })),
  )
  const first = <ButtonLink to="/payments/withdraw">{t.make}</ButtonLink>
  return (
    <PaymentsPage
      pages={pages}
      label={t.list}
      empty={{ title: t.empty, lead: t.empty_lead, action: first }}
    >
      {(withdrawal) => (
        <PaymentItem
          key={withdrawal.id}
          payment={withdrawal}
          name={bankName(withdrawal.destination)}
          badge={<WithdrawalBadge status={withdrawal.status} />}
          link={{ to: '/payments/withdrawals/$id', params: { id: withdrawal.id } }}
        />
      )}
    </PaymentsPage>
  )
}
