import { Link } from '@tanstack/react-router'
import { api, body, type Schemas } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { useFilters } from '@/lib/filters'
import { usePages } from '@/lib/query'
import { usePermissions } from '@/lib/session'
import { SEEN } from '@/lib/staff'
import { useLanguage, useTexts } from '@/lib/text'
import { SelectField } from '@/ui/fields'
import { Filters } from '@/ui/filters'
import { Guarded, Recorded } from '@/ui/guarded'
import { UserId } from '@/ui/id'
import { Page, Section } from '@/ui/page'
import { PaymentFailure } from '@/ui/payments/deposit'
import { PagedRecords } from '@/ui/records'
import { useOrderName } from '@/ui/shop/order-status'
import { Money, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { SettleStranded, STRANDED, type Stranded } from './settle'
import { texts } from './stranded-texts'
import { OrdersTabs } from './tabs'

/** Money that was to go back to cards which could not be reached. */
export default function StaffStrandedRefundsPage() {
  const t = useTexts(texts)
  const [filters, setFilters] = useFilters(['state'])
  return (
    <Guarded permission="orders.read" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <OrdersTabs />
        <Section>
          <Filters label={t.filter} values={filters} onChange={setFilters}>
            <SelectField
              name="state"
              label={t.state}
              choices={[
                { value: '', label: t.open },
                { value: 'settled', label: t.settled },
              ]}
            />
          </Filters>
          <StrandedRefunds isSettled={filters.state === 'settled'} />
        </Section>
        <Recorded />
      </Page>
    </Guarded>
  )
}

function StrandedRefunds({ isSettled }: { isSettled: boolean }) {
  const t = useTexts(texts)
  const nameOf = useOrderName()
  const mayWrite = usePermissions().has('orders.write')
  const query = { 'filter[state]': isSettled ? 'settled' : 'open' } as const
  const pages = usePages(
    [...STRANDED, query],
    (cursor) =>
      body(api.GET('/v1/shop/stranded-refunds', { params: { query: { ...query, cursor } } })),
    SEEN,
  )
  const settle = {
    name: t.settle,
    isAction: true,
    cell: (it: Stranded) => <SettleStranded of={it} />,
  }
  return (
    <PagedRecords
      pages={pages}
      label={t.title}
      keyOf={({ id }) => id}
      empty={
        isSettled ? <Empty title={t.none_settled} /> : <Empty title={t.none}>{t.none_lead}</Empty>
      }
      columns={[
        {
          name: t.order,
          cell: ({ order, number, updated_at }) => (
            <>
              <Link to="/staff/shop/orders/$id" params={{ id: order }}>
                {nameOf(number)}
              </Link>
              <div className="muted">
                <When at={updated_at} style="date" />
              </div>
            </>
          ),
        },
        { name: t.buyer, cell: ({ user }) => (user ? <UserId id={user} /> : t.guest) },
        {
          name: t.why,
          cell: ({ failure }) => (failure ? <PaymentFailure code={failure} /> : t.unknown),
        },
        { name: t.given, cell: (it) => <Settlements of={it} /> },
        { name: isSettled ? t.all : t.waits, isEnd: true, cell: (it) => <Waiting of={it} /> },
        ...(mayWrite && !isSettled ? [settle] : []),
      ]}
    />
  )
}

/** What still waits, and of how much; all of it once nothing does. */
function Waiting({ of }: { of: Stranded }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { open, amount, scale, currency } = of
  return (
    <>
      <Money units={open === '0' ? amount : open} scale={scale} asset={currency} />
      {open !== '0' && open !== amount && (
        <div className="muted">{t.of(formatAmount(amount, scale, language))}</div>
      )}
    </>
  )
}

function Settlements({ of }: { of: Stranded }) {
  if (of.settlements.length === 0) return '–'
  return of.settlements.map((it) => (
    <Settled key={it.id} of={it} scale={of.scale} asset={of.currency} />
  ))
}

type SettledProps = { of: Schemas['Settlement']; scale: number; asset: string }

function Settled({ of, scale, asset }: SettledProps) {
  const t = useTexts(texts)
  const { kind, state, amount, reference, reason } = of
  const fate = { done: null, pending: t.pending, refused: t.refused }[state]
  const more = [fate, reference, reason].filter(Boolean).join(', ')
  return (
    <div>
      {kind === 'wallet' ? t.wallet : t.outside}{' '}
      <Money units={amount} scale={scale} asset={asset} />
      {more && <div className="muted">{more}</div>}
    </div>
  )
}
