import { Link } from '@tanstack/react-router'
import type { ProductCard } from '@/lib/shop'
import { Availability } from './availability'
import { Picture } from './picture'
import { CardPrice } from './price'
import styles from './product-grid.module.css'

type GridProps = {
  label: string
  cards: readonly ProductCard[]
  currency: string | undefined
}

/** Products to look at, side by side. */
export function ProductGrid({ label, cards, currency }: GridProps) {
  return (
    <ul className={styles.grid} aria-label={label}>
      {cards.map((card, index) => (
        <li key={card.id} className={styles.card}>
          <div className={styles.picture}>
            <Picture image={card.image} size={600} isDecorative isFirst={index < 4} />
          </div>
          <div className={styles.words}>
            {card.vendor && <span className={styles.vendor}>{card.vendor}</span>}
            <Link
              to="/shop/products/$handle"
              params={{ handle: card.handle }}
              className={styles.title}
            >
              {card.title}
            </Link>
            <CardPrice card={card} currency={currency} />
            {card.availability !== 'in_stock' && (
              <span>
                <Availability is={card.availability} />
              </span>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}
