import type { ReactNode } from 'react'
import { formatRate } from '@/lib/rates'
import { useLanguage, useTexts } from '@/lib/text'
import { Price } from './price'
import { texts } from './texts'
import styles from './totals.module.css'

type Discount = { readonly promotion: string; readonly title: string; readonly amount: string }
/** Without a rate it is that of all rates together. */
type Tax = { readonly rate: number | null; readonly amount: string }

export type TotalsOf = {
  readonly currency: string
  readonly subtotal: string
  readonly discounts: readonly Discount[]
  readonly shipping: string | null
  readonly taxes: readonly Tax[]
  readonly total: string
}

/** Whether the total has the tax in it already, or it comes on top of the goods. */
export function isTaxIncluded({ subtotal, discounts, shipping, total }: TotalsOf): boolean {
  const off = discounts.reduce((sum, { amount }) => sum + BigInt(amount), 0n)
  return BigInt(subtotal) - off + BigInt(shipping ?? '0') === BigInt(total)
}

/** What is paid for what. */
export function Totals({ of, shippingLater }: { of: TotalsOf; shippingLater?: boolean }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { currency, subtotal, discounts, shipping, taxes, total } = of
  const isIn = isTaxIncluded(of)
  const taxLines = taxes
    .filter(({ amount }) => amount !== '0')
    .map(({ rate, amount }) => {
      const text = rate === null ? '' : formatRate(rate, language)
      return (
        <Line key={rate} name={isIn ? t.tax_in(text) : t.tax_on(text)} isQuiet={isIn}>
          <Price amount={amount} currency={currency} />
        </Line>
      )
    })
  return (
    <dl className={styles.totals}>
      <Line name={t.subtotal}>
        <Price amount={subtotal} currency={currency} />
      </Line>
      {discounts.map(({ promotion, title, amount }) => (
        <Line key={promotion} name={title}>
          <span className={styles.off}>
            −<Price amount={amount} currency={currency} />
          </span>
        </Line>
      ))}
      {shipping === null && shippingLater && (
        <Line name={t.shipping}>
          <span className="muted">{t.shipping_later}</span>
        </Line>
      )}
      {shipping !== null && (
        <Line name={t.shipping}>
          {shipping === '0' ? t.shipping_free : <Price amount={shipping} currency={currency} />}
        </Line>
      )}
      {!isIn && taxLines}
      <div className={`${styles.line} ${styles.total}`}>
        <dt>{t.total}</dt>
        <dd>
          <Price amount={total} currency={currency} />
        </dd>
      </div>
      {isIn && taxLines}
    </dl>
  )
}

type LineProps = { name: string; isQuiet?: boolean; children: ReactNode }

function Line({ name, isQuiet, children }: LineProps) {
  return (
    <div className={isQuiet ? `${styles.line} ${styles.quiet}` : styles.line}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
