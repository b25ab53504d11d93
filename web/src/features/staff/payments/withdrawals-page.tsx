import { api, body, type Schemas } from '@/api/client'
import { useFilters } from '@/lib/filters'
import { usePages } from '@/lib/query'
import { SEEN } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { Expandable } from '@/ui/expandable'
import { Guarded, Recorded } from '@/ui/guarded'
import { Id, UserId } from '@/ui/id'
import { PagedList } from '@/ui/list'
import { Notice } from '@/ui/notice'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { PaymentFailure } from '@/ui/payments/deposit'
import { useBankName, WithdrawalBadge } from '@/ui/payments/withdrawal'
import { When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { Summary } from './entry'
import { FILTERS, PaymentFilterFields, type PaymentFilters, queryOf } from './payment-filters'
import { PaymentsTabs } from './tabs'
import { texts } from './texts'

const STATES = ['pending', 'processing', 'paid', 'failed', 'returned'] as const

/** The withdrawals of all users. */
export default function StaffWithdrawalsPage() {
  const t = useTexts(texts)
  const [filters, setFilters] = useFilters(FILTERS)
  return (
    <Guarded permission="payments.manage" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <PaymentsTabs />
        <Section>
          <PaymentFilterFields
            states={STATES.map((value) => ({ value, label: t[`w_${value}`] }))}
            values={filters}
            onChange={setFilters}
          />
          <Withdrawals filters={filters} />
        </Section>
        <Recorded />
      </Page>
    </Guarded>
  )
}

function Withdrawals({ filters }: { filters: PaymentFilters }) {
  const t = useTexts(texts)
  const status = STATES.find((it) => it === filters.status)
  const query = { ...queryOf(filters), 'filter[status]': status }
  const pages = usePages(
    ['staff', 'payments', 'withdrawals', filters],
    (cursor) =>
      body(
        api.GET('/v1/payments/overview/withdrawals', { params: { query: { ...query, cursor } } }),
      ),
    SEEN,
  )
  return (
    <PagedList
      pages={pages}
      label={t.withdrawals}
      empty={<Empty title={t.no_withdrawals}>{t.none_more}</Empty>}
    >
      {(it) => <WithdrawalEntry key={it.withdrawal.id} {...it} />}
    </PagedList>
  )
}

function WithdrawalEntry({ user, withdrawal }: Schemas['UserWithdrawal']) {
  const t = useTexts(texts)
  const bankName = useBankName()
  const { id, status, failure, destination, created_at, updated_at } = withdrawal
  return (
    <Expandable
      summary={
        <Summary payment={withdrawal} user={user}>
          {bankName(destination)}
        </Summary>
      }
      end={
        <>
          <WithdrawalBadge status={status} />
          <When at={created_at} />
        </>
      }
    >
      {failure && (
        <Notice tone="bad">
          <PaymentFailure code={failure.code} />
        </Notice>
      )}
      <Facts>
        <Fact name={t.user}>
          <UserId id={user} whole />
        </Fact>
        <Fact name={t.changed}>
          <When at={updated_at} />
        </Fact>
        <Fact name={t.withdrawal}>
          <Id id={id} whole />
        </Fact>
      </Facts>
    </Expandable>
  )
}
