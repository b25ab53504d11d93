import { useState } from 'react'
import type { Schemas } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { dateFormat } from '@/lib/days'
import { useLanguage, useTexts } from '@/lib/text'
import { Table } from '@/ui/list'
import type { SalesOf, Time } from './currency'
import { heights, partsOf, type Step } from './periods'
import styles from './sales.module.css'
import { texts } from './texts'

type Part = { readonly at: string; readonly figures: Schemas['SalesFigures'] | undefined }

/** A bar for each part of the time; the same as a table for whoever rather reads. */
export function Bars({ of, time }: { of: SalesOf; time: Time }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const parts: readonly Part[] = partsOf(time.from, time.before, time.by).map((at) => ({
    at,
    figures: of.periods.find(({ starts_at }) => Date.parse(starts_at) === Date.parse(at))?.figures,
  }))
  const [chosen, setChosen] = useState<number | null>(null)
  const at = Math.min(chosen ?? parts.length - 1, parts.length - 1)
  const part = parts[at]
  const nets = parts.map(({ figures }) => BigInt(figures?.net ?? '0'))
  const shares = heights(nets)
  const isBelow = shares.some((share) => share < 0)
  const nameOf = useNames(time.by)
  const money = (units: string) => `${formatAmount(units, of.scale, language)} ${of.currency}`
  const orders = (count: number) => t.orders_n(count, count.toLocaleString(language))
  const shown = part
    ? t.value(nameOf(part.at), money(part.figures?.net ?? '0'), orders(part.figures?.orders ?? 0))
    : ''
  return (
    <figure className={styles.chart}>
      <h3>{t[`by_${time.by}`]}</h3>
      <p className={styles.value} aria-hidden="true">
        {shown}
      </p>
      <div
        className={isBelow ? `${styles.plot} ${styles.both}` : styles.plot}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          const place = (event.clientX - box.left) / box.width
          setChosen(Math.min(parts.length - 1, Math.max(0, Math.floor(place * parts.length))))
        }}
        onPointerLeave={() => setChosen(null)}
      >
        <div className={styles.bars} aria-hidden="true">
          {shares.map((share, index) => (
            <span
              key={parts[index]?.at}
              className={index === at ? `${styles.bar} ${styles.chosen}` : styles.bar}
            >
              <span
                className={share < 0 ? styles.below : styles.above}
                style={{ '--share': `${Math.abs(share) * 100}%` } as never}
              />
            </span>
          ))}
        </div>
        <input
          type="range"
          className={styles.range}
          aria-label={t.bar}
          aria-valuetext={shown}
          min={0}
          max={Math.max(parts.length - 1, 0)}
          value={at}
          onChange={(event) => setChosen(event.target.valueAsNumber)}
        />
      </div>
      <figcaption className={styles.ends} aria-hidden="true">
        <span>{parts[0] && nameOf(parts[0].at)}</span>
        <span>{parts.length > 1 && nameOf(parts.at(-1)?.at ?? '')}</span>
      </figcaption>
      <details className={styles.table}>
        <summary>{t.as_table}</summary>
        <Table label={t.table(of.currency)} head={[t.part, t.orders, t.units, t.refunds, t.net]}>
          {parts.toReversed().map(({ at: start, figures }) => (
            <tr key={start}>
              <th scope="row">{nameOf(start)}</th>
              <td>{(figures?.orders ?? 0).toLocaleString(language)}</td>
              <td>{(figures?.units ?? 0).toLocaleString(language)}</td>
              <td>{money(figures?.refunds ?? '0')}</td>
              <td>{money(figures?.net ?? '0')}</td>
            </tr>
          ))}
        </Table>
      </details>
    </figure>
  )
}

/** What a part is called, by its beginning. */
function useNames(by: Step) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const options = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const
  const month = { month: 'long', year: 'numeric', timeZone: 'UTC' } as const
  const format = dateFormat(language, by === 'month' ? month : options)
  return (at: string) => {
    const date = format.format(new Date(at))
    return by === 'week' ? t.week_of(date) : date
  }
}
