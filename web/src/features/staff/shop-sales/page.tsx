import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { useFilters } from '@/lib/filters'
import { SEEN } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { SelectField, TextField } from '@/ui/fields'
import { Filters } from '@/ui/filters'
import { FieldErrors } from '@/ui/form'
import { Guarded, Recorded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { Empty, Loaded } from '@/ui/states'
import { InCurrency } from './currency'
import { OpenWork } from './open-work'
import { type Asked, betweenDays, LENGTHS, lastDays } from './periods'
import { texts } from './texts'

const USUAL = '30'
const OWN = 'own'

/** What was sold, and what waits. */
export default function StaffSalesPage() {
  const t = useTexts(texts)
  const [filters, setFilters] = useFilters(['period', 'from', 'until'])
  const [isOwn, setOwn] = useState(filters.period === OWN)
  const asked = askedOf(filters)
  const show = (values: Readonly<Record<string, string>>) => {
    const wantsOwn = values.period === OWN
    setOwn(wantsOwn)
    // Its days are still to be said.
    if (wantsOwn && !isOwn) return
    const found = askedOf(values)
    if (typeof found === 'string') throw new FieldErrors({ until: t[found] })
    setFilters(wantsOwn ? values : { period: values.period ?? '' })
  }
  return (
    <Guarded permission="orders.read" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <Section>
          <Filters label={t.filter} action={t.show} values={filters} onChange={show}>
            <SelectField
              name="period"
              label={t.period}
              choices={[
                // Nothing in the address is the usual time.
                { value: '', label: t.p_30 },
                ...LENGTHS.filter((it) => it !== USUAL).map((value) => ({
                  value: value as string,
                  label: t[`p_${value}`],
                })),
                { value: OWN, label: t.p_own },
              ]}
            />
            {isOwn && <TextField name="from" type="date" label={t.from} />}
            {isOwn && <TextField name="until" type="date" label={t.until} />}
          </Filters>
          <p className="muted">{t.utc}</p>
        </Section>
        {typeof asked !== 'string' && <Sold asked={asked} />}
        <Recorded />
      </Page>
    </Guarded>
  )
}

function askedOf({ period, from, until }: Readonly<Partial<Record<string, string>>>) {
  if (period === OWN) return betweenDays(from ?? '', until ?? '')
  return lastDays(Number(LENGTHS.find((it) => it === period) ?? USUAL), new Date())
}

function Sold({ asked }: { asked: Asked }) {
  const query = useQuery({
    queryKey: ['staff', 'shop', 'sales', asked],
    queryFn: () =>
      body(
        api.GET('/v1/shop/overview/sales', {
          params: {
            query: { 'filter[from]': asked.from, 'filter[before]': asked.before, by: asked.by },
          },
        }),
      ),
    ...SEEN,
    staleTime: 0,
  })
  return (
    <Loaded query={query} lines={8}>
      {(sales) => <Shown sales={sales} />}
    </Loaded>
  )
}

function Shown({ sales }: { sales: Schemas['SalesOverview'] }) {
  const t = useTexts(texts)
  const { currencies, open } = sales
  return (
    <>
      <Section title={t.open}>
        <OpenWork open={open} />
      </Section>
      {currencies.length === 0 && (
        <Section>
          <Empty title={t.none}>{t.none_lead}</Empty>
        </Section>
      )}
      {currencies.map((it) => (
        <InCurrency key={`${it.currency} ${sales.from}`} of={it} time={sales} />
      ))}
    </>
  )
}
