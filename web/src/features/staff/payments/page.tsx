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
import { CardName, DepositBadge, DisputeState, PaymentFailure } from '@/ui/payments/deposit'
import { RefundButton, Refunds } from '@/ui/payments/refunds'
import { Money, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { Summary } from './entry'
import { FILTERS, PaymentFilterFields, type PaymentFilters, queryOf } from './payment-filters'
import { PaymentsTabs } from './tabs'
import { texts } from './texts'

type UserDeposit = Schemas['UserDeposit']

const STATES = [
  'pending',
  'requires_action',
  'processing',
  'succeeded',
  'failed',
  'reversed',
] as const

/** The deposits of all users. */
export default function StaffDepositsPage() {
  const t = useTexts(texts)
  const [filters, setFilters] = useFilters(FILTERS)
  return (
    <Guarded permission="payments.manage" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <PaymentsTabs />
        <Section>
          <PaymentFilterFields
            states={STATES.map((value) => ({ value, label: t[`d_${value}`] }))}
            values={filters}
            onChange={setFilters}
          />
          <Deposits filters={filters} />
        </Section>
        <Recorded />
      </Page>
    </Guarded>
  )
}

function Deposits({ filters }: { filters: PaymentFilters }) {
  const t = useTexts(texts)
  const status = STATES.find((it) => it === filters.status)
  const query = { ...queryOf(filters), 'filter[status]': status }
  const pages = usePages(
    ['staff', 'payments', 'deposits', filters],
    (cursor) =>
      body(api.GET('/v1/payments/overview/deposits', { params: { query: { ...query, cursor } } })),
    SEEN,
  )
  return (
    <PagedList
      pages={pages}
      label={t.deposits}
      empty={<Empty title={t.no_deposits}>{t.none_more}</Empty>}
    >
      {(it) => <DepositEntry key={it.deposit.id} {...it} />}
    </PagedList>
  )
}

function DepositEntry({ user, deposit }: UserDeposit) {
  return (
    <Expandable
      summary={
        <Summary payment={deposit} user={user}>
          <CardName card={deposit.card} />
        </Summary>
      }
      end={
        <>
          <DepositBadge status={deposit.status} />
          <When at={deposit.created_at} />
        </>
      }
    >
      <DepositFacts user={user} deposit={deposit} />
      <Refunds deposit={deposit} />
      <div className="row">
        <RefundButton deposit={deposit} />
      </div>
    </Expandable>
  )
}

function DepositFacts({ user, deposit }: UserDeposit) {
  const t = useTexts(texts)
  const { id, provider, refunded, scale, asset, failure, dispute, updated_at } = deposit
  return (
    <>
      {failure && (
        <Notice tone="bad">
          <PaymentFailure code={failure.code} />
        </Notice>
      )}
      {dispute && (
        <Notice tone="warning">
          <DisputeState status={dispute.status} />
        </Notice>
      )}
      <Facts>
        <Fact name={t.user}>
          <UserId id={user} whole />
        </Fact>
        <Fact name={t.provider}>{provider}</Fact>
        {refunded !== '0' && (
          <Fact name={t.refunded}>
            <Money units={refunded} scale={scale} asset={asset} />
          </Fact>
        )}
        <Fact name={t.changed}>
          <When at={updated_at} />
        </Fact>
        <Fact name={t.deposit}>
          <Id id={id} whole />
        </Fact>
      </Facts>
    </>
  )
}
