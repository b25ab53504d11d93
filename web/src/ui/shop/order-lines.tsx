import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Order } from '@/lib/shop'
import { useTexts } from '@/lib/text'
import { Badge, Money } from '@/ui/shown'
import styles from './order.module.css'
import { texts } from './texts'
import { Totals } from './totals'

type OrderLine = Order['lines'][number]

/** What was ordered, and what became of each line. */
export function OrderLines({ order }: { order: Order }) {
  const t = useTexts(texts)
  return (
    <ul className={styles.lines} aria-label={t.lines}>
      {order.lines.map((line) => (
        <li key={line.id} className={styles.line}>
          <Thumb of={line.image} />
          <div className={styles.main}>
            <span>
              {line.quantity} ×{' '}
              <Link to="/shop/products/$handle" params={{ handle: line.handle ?? line.product }}>
                {line.title}
              </Link>
              {line.variant_title && <span className="muted"> {line.variant_title}</span>}
            </span>
            <span className={styles.sku}>{line.sku}</span>
            {line.gift_note && <p className="muted">“{line.gift_note}”</p>}
            <Fate line={line} order={order} />
          </div>
          <Money units={line.total} scale={order.scale} asset={order.currency} />
        </li>
      ))}
    </ul>
  )
}

/** As it was at the sale; since then the picture may have gone. */
function Thumb({ of }: { of: string | null }) {
  const [isGone, setGone] = useState(false)
  if (!of || isGone) return <span className={styles.noThumb} />
  return (
    <img
      className={styles.thumb}
      src={of}
      alt=""
      width={48}
      height={48}
      loading="lazy"
      onError={() => setGone(true)}
    />
  )
}

/** Only what isn't said by the state of the whole order. */
function Fate({ line, order }: { line: OrderLine; order: Order }) {
  const t = useTexts(texts)
  const { shipped, cancelled, open, refunded } = line
  const isMixed = [shipped, cancelled, open].filter((count) => count > 0).length > 1
  if (!isMixed && refunded === '0') return null
  return (
    <span className={styles.fate}>
      {isMixed && shipped > 0 && <Badge tone="good">{t.sent(shipped)}</Badge>}
      {isMixed && open > 0 && <Badge tone="info">{t.open(open)}</Badge>}
      {isMixed && cancelled > 0 && <Badge>{t.cancelled_n(cancelled)}</Badge>}
      {refunded !== '0' && (
        <span className="muted">
          <Money units={refunded} scale={order.scale} asset={order.currency} /> {t.given_back}
        </span>
      )}
    </span>
  )
}

export function OrderTotals({ order }: { order: Order }) {
  const { currency, subtotal, discounts, shipping, tax, total } = order
  const isSent = order.shipping_method !== null
  return (
    <Totals
      of={{
        currency,
        subtotal,
        discounts,
        shipping: isSent ? shipping : null,
        taxes: [{ rate: null, amount: tax }],
        total,
      }}
    />
  )
}
