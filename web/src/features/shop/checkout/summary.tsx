import type { Cart } from '@/lib/shop'
import { useTexts } from '@/lib/text'
import { Section } from '@/ui/page'
import { Price } from '@/ui/shop/price'
import { Totals } from '@/ui/shop/totals'
import styles from './checkout.module.css'
import { texts } from './texts'

/** What is bought, and for how much. */
export function Summary({ cart }: { cart: Cart }) {
  const t = useTexts(texts)
  return (
    <Section title={t.summary}>
      <ul className={styles.lines}>
        {cart.lines.map((line) => (
          <li key={line.id} className={styles.line}>
            <span className={styles.lineName}>
              {line.quantity} × {line.title}
              {line.variant_title && <span className="muted"> {line.variant_title}</span>}
            </span>
            <Price amount={line.subtotal} currency={cart.currency} />
          </li>
        ))}
      </ul>
      <Totals of={cart} />
    </Section>
  )
}
