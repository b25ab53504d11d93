import { Link } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { useFilters } from '@/lib/filters'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { SelectField } from '@/ui/fields'
import { Filters } from '@/ui/filters'
import { Guarded, Recorded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { useOrderName } from '@/ui/shop/order-status'
import { ReturnStatus } from '@/ui/shop/return-status'
import { returnTexts } from '@/ui/shop/return-texts'
import { RETURN_STATES } from '@/ui/shop/returns'
import { When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { texts } from './return-texts'
import { OrdersTabs } from './tabs'

/** Everybody's returns. */
export default function StaffReturnsPage() {
  const t = useTexts(texts)
  const words = useTexts(returnTexts)
  const [filters, setFilters] = useFilters(['state'])
  const states = RETURN_STATES.map((value) => ({ value, label: words[`r_${value}`] }))
  return (
    <Guarded permission="orders.read" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <OrdersTabs />
        <Section>
          <Filters label={t.filter} values={filters} onChange={setFilters}>
            <SelectField
              name="state"
              label={t.state}
              choices={[{ value: '', label: t.all }, ...states]}
            />
          </Filters>
          <Returns state={filters.state} />
        </Section>
        <Recorded />
      </Page>
    </Guarded>
  )
}

function Returns({ state }: { state: string | undefined }) {
  const t = useTexts(texts)
  const words = useTexts(returnTexts)
  const nameOf = useOrderName()
  const query = { 'filter[state]': RETURN_STATES.find((it) => it === state) }
  const pages = usePages(['staff', 'shop', 'returns', 'list', query], (cursor) =>
    body(api.GET('/v1/shop/overview/returns', { params: { query: { ...query, cursor } } })),
  )
  return (
    <PagedRecords
      pages={pages}
      label={t.title}
      keyOf={({ id }) => id}
      empty={
        <Empty title={state ? t.none_fit : t.none}>{state ? t.none_fit_lead : t.none_lead}</Empty>
      }
      columns={[
        {
          name: t.return,
          cell: ({ id, created_at }) => (
            <Link to="/staff/shop/returns/$id" params={{ id }}>
              <When at={created_at} />
            </Link>
          ),
        },
        {
          name: t.order,
          cell: ({ order, order_number }) => (
            <Link to="/staff/shop/orders/$id" params={{ id: order }}>
              {nameOf(order_number)}
            </Link>
          ),
        },
        {
          name: t.why,
          cell: ({ lines }) =>
            [...new Set(lines.map(({ reason }) => words[`reason_${reason}`]))].join(', '),
        },
        { name: t.state, cell: (it) => <ReturnStatus is={it.state} /> },
        {
          name: t.pieces,
          isEnd: true,
          cell: ({ lines }) => lines.reduce((sum, { quantity }) => sum + quantity, 0),
        },
      ]}
    />
  )
}
