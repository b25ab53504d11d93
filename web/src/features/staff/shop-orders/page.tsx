import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body } from '@/api/client'
import { useFilters, type Filters as Values } from '@/lib/filters'
import { usePages } from '@/lib/query'
import { usePermissions } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Button, ButtonLink } from '@/ui/button'
import { SelectField, TextField } from '@/ui/fields'
import { Filters } from '@/ui/filters'
import { Guarded, Recorded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { ORDER_STATES, OrderStatus, useOrderName } from '@/ui/shop/order-status'
import { texts as shopTexts } from '@/ui/shop/texts'
import { Money, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { OrdersTabs } from './tabs'
import { texts } from './texts'

const ORDERS = ['staff', 'shop', 'orders'] as const

/** Everybody's orders. */
export default function StaffOrdersPage() {
  const t = useTexts(texts)
  const shop = useTexts(shopTexts)
  const [filters, setFilters] = useFilters(['status', 'number'])
  const states = ORDER_STATES.map((value) => ({ value, label: shop[`o_${value}`] }))
  return (
    <Guarded permission="orders.read" title={t.title}>
      <Page title={t.title} lead={t.lead} actions={<Actions />}>
        <OrdersTabs />
        <Section>
          <Filters label={t.filter} values={filters} onChange={setFilters}>
            <SelectField
              name="status"
              label={t.status}
              choices={[{ value: '', label: t.all }, ...states]}
            />
            <TextField
              name="number"
              label={t.number}
              placeholder={t.number_hint}
              inputMode="numeric"
            />
          </Filters>
          <Orders filters={filters} />
        </Section>
        <Recorded />
      </Page>
    </Guarded>
  )
}

/** Nobody tells staff of others' orders, and each look is recorded: whoever wants to looks again. */
function Actions() {
  const t = useTexts(texts)
  const client = useQueryClient()
  const mayWrite = usePermissions().has('orders.write')
  const [isBusy, setBusy] = useState(false)
  const again = async () => {
    setBusy(true)
    await client.invalidateQueries({ queryKey: ORDERS })
    setBusy(false)
  }
  return (
    <>
      <Button look="secondary" small busy={isBusy} onClick={() => void again()}>
        {t.again}
      </Button>
      {mayWrite && (
        <ButtonLink to="/staff/shop/orders/new" small>
          {t.new}
        </ButtonLink>
      )}
    </>
  )
}

function Orders({ filters }: { filters: Values<'status' | 'number'> }) {
  const t = useTexts(texts)
  const nameOf = useOrderName()
  const number = /^\d{1,15}$/.test(filters.number ?? '') ? Number(filters.number) : undefined
  const query = {
    'filter[status]': ORDER_STATES.find((it) => it === filters.status),
    'filter[number]': number,
  }
  const pages = usePages([...ORDERS, query], (cursor) =>
    body(api.GET('/v1/shop/overview/orders', { params: { query: { ...query, cursor } } })),
  )
  const isNarrow = Object.keys(filters).length > 0
  return (
    <PagedRecords
      pages={pages}
      label={t.title}
      keyOf={({ id }) => id}
      empty={
        <Empty title={isNarrow ? t.none_fit : t.none}>
          {isNarrow ? t.none_fit_lead : t.none_lead}
        </Empty>
      }
      columns={[
        {
          name: t.order,
          cell: ({ id, number: its }) => (
            <Link to="/staff/shop/orders/$id" params={{ id }}>
              {nameOf(its)}
            </Link>
          ),
        },
        { name: t.customer, cell: ({ email }) => email ?? '–' },
        { name: t.placed, cell: ({ placed_at: at }) => (at ? <When at={at} /> : '–') },
        { name: t.status, cell: ({ status }) => <OrderStatus is={status} /> },
        {
          name: t.total,
          isEnd: true,
          cell: ({ total, scale, currency }) => (
            <Money units={total} scale={scale} asset={currency} />
          ),
        },
      ]}
    />
  )
}
