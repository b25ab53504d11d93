import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { ProblemError } from '@/lib/problem'
import type { Versioned } from '@/lib/staff-shop'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import type { Values } from '@/ui/form'
import { Guarded } from '@/ui/guarded'
import { Id } from '@/ui/id'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { LISTS, listQuery, type PriceList } from './list'
import { ListFields, ListState, typedList, useTimes } from './list-fields'
import { AddPrices, ListedPrices } from './listed'
import { texts } from './texts'

/** A price list, and what things cost in it. */
export default function StaffPriceListPage() {
  const t = useTexts(texts)
  const { id } = useParams({ strict: false }) as { id: string }
  return (
    <Guarded permission="catalogue.write" title={t.title}>
      <Loaded query={useQuery(listQuery(id))} lines={6}>
        {(list) => <Shown key={list.data.id} list={list} />}
      </Loaded>
    </Guarded>
  )
}

function Shown({ list }: { list: Versioned<PriceList> }) {
  const t = useTexts(texts)
  const timesOf = useTimes()
  const { title, currency, customer_group, id } = list.data
  return (
    <Page
      title={title}
      lead={<ListState of={list.data} />}
      back={{ to: '/staff/shop/price-lists', label: t.back }}
      actions={<Edit key={list.version} list={list} />}
    >
      <Section title={t.details}>
        <Facts>
          <Fact name={t.currency}>{currency}</Fact>
          <Fact name={t.for_whom}>
            {customer_group ? (
              <Link to="/staff/shop/customer-groups" search={{ group: customer_group } as never}>
                {customer_group}
              </Link>
            ) : (
              t.everybody
            )}
          </Fact>
          <Fact name={t.when}>{timesOf(list.data)}</Fact>
          <Fact name="Id">
            <Id id={id} />
          </Fact>
        </Facts>
      </Section>
      <Section title={t.prices} lead={t.prices_lead}>
        <ListedPrices list={list.data} />
      </Section>
      <Section title={t.add}>
        <AddPrices list={list.data} />
      </Section>
    </Page>
  )
}

function Edit({ list }: { list: Versioned<PriceList> }) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const { data, version } = list
  const save = async (values: Values) => {
    const patch = { ...typedList(values, t.needed), is_active: values.is_active === 'on' }
    const params = { path: { id: data.id }, header: { 'If-Match': version } }
    try {
      await body(api.PATCH('/v1/shop/price-lists/{id}', { params, body: patch }))
      toast(t.saved)
    } catch (error) {
      if (!(error instanceof ProblemError && error.status === 412)) throw error
      toast(t.changed)
    }
    await client.invalidateQueries({ queryKey: LISTS })
  }
  return (
    <Confirm label={t.edit} title={t.edit_it(data.title)} action={t.save} onConfirm={save}>
      <ListFields list={data} />
    </Confirm>
  )
}
