import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formatAmount } from '@/lib/amount'
import { dateFormat } from '@/lib/days'
import { useLanguage, useTexts } from '@/lib/text'
import type { Account } from '@/lib/wallet'
import { SelectField } from '@/ui/fields'
import { Table } from '@/ui/list'
import { Section } from '@/ui/page'
import { Failed } from '@/ui/states'
import { balancesQuery, changes, type DayBalance } from './balances'
import styles from './chart.module.css'
import { dayAt, HEIGHT, shapeOf, WIDTH } from './chart-shape'
import { texts } from './texts'

/** How an account's balance went, for the account that is chosen. Without accounts there is none:
 * a page may know of a first transfer before it knows of the account that it went to. */
export function BalanceChart({ accounts }: { accounts: readonly Account[] }) {
  const t = useTexts(texts)
  const [id, setId] = useState(accounts[0]?.id)
  const account = accounts.find((it) => it.id === id) ?? accounts[0]
  if (!account) return null
  return (
    <Section
      title={t.chart}
      actions={
        accounts.length > 1 && (
          <SelectField
            name="chart"
            label={t.chart_asset}
            value={account.id}
            onChange={(event) => setId(event.target.value)}
            choices={accounts.map((it) => ({ value: it.id, label: it.asset }))}
          />
        )
      }
    >
      <AccountChart key={account.id} account={account} />
    </Section>
  )
}

function AccountChart({ account }: { account: Account }) {
  const days = useQuery(balancesQuery(account))
  if (days.error) return <Failed error={days.error} onRetry={() => void days.refetch()} />
  return <Chart account={account} days={days.data ?? []} />
}

/** Empty as long as nothing is known, and as high as it will be. */
function Chart({ account, days }: { account: Account; days: readonly DayBalance[] }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [chosen, setChosen] = useState<number | null>(null)
  const shape = shapeOf(days)
  const at = Math.min(chosen ?? days.length - 1, days.length - 1)
  const day = days[at]
  const point = shape.points[at]
  const money = (units: string | bigint) =>
    `${formatAmount(units, account.scale, language)} ${account.asset}`
  const name = (date: string) => nameOf(date, language)
  const shown = day ? t.chart_value(name(day.date), money(day.balance)) : ''
  return (
    <figure className={styles.chart}>
      <p className={styles.value} aria-hidden="true">
        {shown}
      </p>
      <div
        className={styles.plot}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          setChosen(dayAt((event.clientX - box.left) / box.width, days.length))
        }}
        onPointerLeave={() => setChosen(null)}
      >
        <svg
          className={styles.drawing}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <path className={styles.area} d={shape.area} />
          <path className={styles.line} d={shape.line} />
        </svg>
        {point && (
          <span
            className={styles.mark}
            style={{ left: `${(point.x / WIDTH) * 100}%`, top: `${(point.y / HEIGHT) * 100}%` }}
          />
        )}
        {days.length > 0 && (
          <input
            type="range"
            className={styles.range}
            aria-label={t.chart_day}
            aria-valuetext={shown}
            min={0}
            max={days.length - 1}
            value={at}
            onChange={(event) => setChosen(event.target.valueAsNumber)}
          />
        )}
      </div>
      <Ends days={days} account={account} most={shape.most} />
      {days.length > 0 && <Days days={days} account={account} />}
    </figure>
  )
}

type DaysProps = { days: readonly DayBalance[]; account: Account }

/** The first and the last day under the chart; all of it in a sentence for who doesn't see it. */
function Ends({ days, account, most }: DaysProps & { most: bigint }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [first, last] = [days[0], days.at(-1)]
  const money = (units: string | bigint) =>
    `${formatAmount(units, account.scale, language)} ${account.asset}`
  return (
    <figcaption className={styles.ends}>
      {first && last && (
        <>
          <span aria-hidden="true">{nameOf(first.date, language)}</span>
          <span aria-hidden="true">{nameOf(last.date, language)}</span>
          <span className="visually-hidden">
            {t.chart_summary(
              nameOf(first.date, language),
              nameOf(last.date, language),
              money(first.balance),
              money(last.balance),
              money(most),
            )}
          </span>
        </>
      )}
    </figcaption>
  )
}

function Days({ days, account }: DaysProps) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  return (
    <details className={styles.table}>
      <summary>{t.chart_table}</summary>
      <Table label={t.chart_table_label} head={[t.date, t.balance]}>
        {changes(days).map(({ date, balance }) => (
          <tr key={date}>
            <td>{nameOf(date, language)}</td>
            <td>
              {formatAmount(balance, account.scale, language)} {account.asset}
            </td>
          </tr>
        ))}
      </Table>
    </details>
  )
}

/** Days are those of UTC. */
function nameOf(date: string, language: string): string {
  const options = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const
  return dateFormat(language, options).format(new Date(`${date}T00:00:00Z`))
}
