import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Package, ShoppingCart } from 'lucide-react'
import { useSession } from '@/lib/session'
import { categoriesQuery } from '@/lib/shop'
import { useCart, useCartClaim } from '@/lib/shop-cart'
import { useCurrency } from '@/lib/shop-currency'
import { useLanguage, useTexts } from '@/lib/text'
import styles from './bar.module.css'
import { SearchBox } from './search-box'
import { texts } from './texts'

/** Above every page of the shop: what to look for, what is in the cart, where to go. */
export function StoreBar() {
  const t = useTexts(texts)
  const session = useSession()
  useCartClaim()
  return (
    <header className={styles.bar}>
      <div className={styles.row}>
        <SearchBox />
        <div className={styles.own}>
          <CurrencyChoice />
          {session.data && (
            <Link to="/shop/orders" className={styles.link}>
              <Package size={20} aria-hidden="true" />
              <span className={styles.name}>{t.orders}</span>
            </Link>
          )}
          <CartLink />
        </div>
      </div>
      <Categories />
    </header>
  )
}

function CartLink() {
  const t = useTexts(texts)
  const { cart } = useCart()
  const count = cart?.lines.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0
  return (
    <Link to="/shop/cart" className={styles.link}>
      <ShoppingCart size={20} aria-hidden="true" />
      <span className={styles.name}>{t.cart}</span>
      {count > 0 && (
        <span className={styles.count}>
          <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
          <span className="visually-hidden">{t.in_cart(count)}</span>
        </span>
      )}
    </Link>
  )
}

/** Only where there is something to choose. */
function CurrencyChoice() {
  const t = useTexts(texts)
  const { currency, currencies, choose } = useCurrency()
  if (currencies.length < 2) return null
  return (
    <select
      className={styles.currency}
      aria-label={t.currency}
      value={currency}
      onChange={(event) => choose(event.target.value)}
    >
      {currencies.map((code) => (
        <option key={code}>{code}</option>
      ))}
    </select>
  )
}

function Categories() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const all = useQuery(categoriesQuery(language)).data ?? []
  const top = all.filter(({ parent }) => parent === null)
  return (
    <nav className={styles.places} aria-label={t.store}>
      <Link to="/shop" className={styles.place} activeOptions={{ exact: true }}>
        {t.start}
      </Link>
      {top.map(({ id, handle, title }) => (
        <Link
          key={id}
          to="/shop/categories/$handle"
          params={{ handle }}
          className={styles.place}
          activeOptions={{ includeSearch: false }}
        >
          {title}
        </Link>
      ))}
    </nav>
  )
}
