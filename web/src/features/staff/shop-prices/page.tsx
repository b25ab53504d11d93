import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import type { Values } from '@/ui/form'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { PriceTabs } from '@/ui/shop/price-tabs'
import { Empty } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { LISTS } from './list'
import { ListFields, ListState, typedList, useTimes } from './list-fields'
import { texts } from './texts'

/** Prices beside the usual ones. */
export default function StaffPriceListsPage() {
  const t = useTexts(texts)
  return (
    <Guarded permission="catalogue.write" title={t.title}>
      <Page title={t.title} lead={t.lead} actions={<NewList />}>
        <PriceTabs />
        <Section>
          <Lists />
        </Section>
      </Page>
    </Guarded>
  )
}

function Lists() {
  const t = useTexts(texts)
  const timesOf = useTimes()
  const pages = usePages([...LISTS, 'list'], (cursor) =>
    body(api.GET('/v1/shop/price-lists', { params: { query: { cursor } } })),
  )
  return (
    <PagedRecords
      pages={pages}
      label={t.title}
      keyOf={({ id }) => id}
      empty={<Empty title={t.none}>{t.none_lead}</Empty>}
      columns={[
        {
          name: t.list,
          cell: ({ id, title }) => (
            <Link to="/staff/shop/price-lists/$id" params={{ id }}>
              {title}
            </Link>
          ),
        },
        { name: t.currency, cell: ({ currency }) => currency },
        { name: t.for_whom, cell: (it) => it.customer_group ?? t.everybody },
        { name: t.when, cell: timesOf },
        { name: t.state, cell: (it) => <ListState of={it} /> },
      ]}
    />
  )
}

function NewList() {
  const t = useTexts(texts)
  const toast = useToast()
  const navigate = useNavigate()
  const client = useQueryClient()
  const key = useIdempotencyKey()
  const create = async (values: Values) => {
    const list = { ...typedList(values, t.needed), currency: values.currency ?? '' }
    const { id } = await key.send(list, (header) =>
      body(api.POST('/v1/shop/price-lists', { params: { header }, body: list })),
    )
    toast(t.created)
    await client.invalidateQueries({ queryKey: LISTS })
    await navigate({ to: '/staff/shop/price-lists/$id', params: { id } })
  }
  return (
    <Confirm label={t.new} look="primary" title={t.new} action={t.create} onConfirm={create}>
      <ListFields />
    </Confirm>
  )
}
