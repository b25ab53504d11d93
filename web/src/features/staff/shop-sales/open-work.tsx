import { Link, type LinkProps } from '@tanstack/react-router'
import type { Schemas } from '@/api/client'
import { useLanguage, useTexts } from '@/lib/text'
import styles from './sales.module.css'
import { texts } from './texts'

type Open = Schemas['OpenWork']

/** Where each kind of work is done. */
const WAYS: readonly (readonly [keyof Open, Pick<LinkProps, 'to' | 'search'>])[] = [
  ['orders_to_ship', { to: '/staff/shop/orders', search: { status: 'paid' } as never }],
  ['orders_unpaid', { to: '/staff/shop/orders', search: { status: 'placed' } as never }],
  ['returns_to_decide', { to: '/staff/shop/returns', search: { state: 'requested' } as never }],
  ['returns_to_receive', { to: '/staff/shop/returns', search: { state: 'approved' } as never }],
  ['variants_out_of_stock', { to: '/staff/shop/stock' }],
  ['variants_low', { to: '/staff/shop/stock' }],
]

/** What waits for somebody, with the way to it. */
export function OpenWork({ open }: { open: Open }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const waiting = WAYS.filter(([name]) => open[name] > 0)
  if (waiting.length === 0) return <p className="muted">{t.nothing_open}</p>
  return (
    <ul className={styles.open} aria-label={t.open}>
      {waiting.map(([name, way]) => (
        <li key={name}>
          <Link {...way} className={styles.work}>
            <strong>{t[name](open[name].toLocaleString(language))}</strong>
            <span className="muted">{t[`${name}_of`]}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
