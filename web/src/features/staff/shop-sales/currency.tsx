import { Link } from '@tanstack/react-router'
import type { Schemas } from '@/api/client'
import { useLanguage, useTexts } from '@/lib/text'
import { Figure, Figures } from '@/ui/figures'
import { Section } from '@/ui/page'
import { Records } from '@/ui/records'
import { Money } from '@/ui/shown'
import { Bars } from './bars'
import { texts } from './texts'

export type SalesOf = Schemas['SalesOfCurrency']
export type Time = Pick<Schemas['SalesOverview'], 'from' | 'before' | 'by'>

/** What was sold in a currency: sums, bars, and what sold best. */
export function InCurrency({ of, time }: { of: SalesOf; time: Time }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { currency, scale, total } = of
  const count = (number: number) => number.toLocaleString(language)
  const money = (units: string) => <Money units={units} scale={scale} asset={currency} />
  return (
    <Section title={t.sold_in(currency)}>
      <Figures>
        <Figure name={t.net}>{money(total.net)}</Figure>
        <Figure name={t.orders}>{count(total.orders)}</Figure>
        <Figure name={t.paid}>{count(total.paid)}</Figure>
        <Figure name={t.units}>{count(total.units)}</Figure>
      </Figures>
      <Bars of={of} time={time} />
      <Figures>
        {(
          ['gross', 'discounts', 'shipping', 'total', 'cancelled', 'refunds', 'taxes'] as const
        ).map((name) => (
          <Figure key={name} name={t[name]}>
            {money(total[name])}
          </Figure>
        ))}
      </Figures>
      {of.products.length > 0 && (
        <>
          <h3>{t.best}</h3>
          <Records
            label={t.best}
            items={of.products}
            keyOf={({ product }) => product}
            columns={[
              {
                name: t.product,
                cell: ({ handle, title }) => (
                  <Link to="/shop/products/$handle" params={{ handle }}>
                    {title}
                  </Link>
                ),
              },
              { name: t.units, isEnd: true, cell: ({ units }) => count(units) },
              { name: t.total, isEnd: true, cell: (it) => money(it.total) },
            ]}
          />
        </>
      )}
    </Section>
  )
}
