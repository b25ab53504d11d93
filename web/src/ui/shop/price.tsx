import { formatAmount } from '@/lib/amount'
import { type ProductCard, useScale } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { Money } from '@/ui/shown'
import styles from './price.module.css'
import { texts } from './texts'

/** An amount in a currency of the shop. */
export function Price({ amount, currency }: { amount: string; currency: string }) {
  return <Money units={amount} scale={useScale(currency)} asset={currency} />
}

/** What the cheapest variant of a product costs. */
export function CardPrice({ card, currency }: { card: ProductCard; currency: string | undefined }) {
  const t = useTexts(texts)
  const range = card.prices.find((it) => it.currency === currency) ?? card.prices[0]
  if (!range) return <span className="muted">{t.no_price}</span>
  return (
    <span className={styles.card}>
      {range.min !== range.max && <span className={styles.from}>{t.from} </span>}
      <Price amount={range.min} currency={range.currency} />
    </span>
  )
}

/** Beside a reduced price stands what it was before, as the European Union wants it. */
export function Lowest({ amount, currency }: { amount: string; currency: string }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const scale = useScale(currency)
  return (
    <p className={styles.lowest}>
      {t.lowest(`${formatAmount(amount, scale, language)} ${currency}`)}
    </p>
  )
}
