import { useEffect } from 'react'
import { useSession } from '@/lib/session'
import type { Cart } from '@/lib/shop'
import { useCart, useCartActions } from '@/lib/shop-cart'
import { useCurrency } from '@/lib/shop-currency'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { Page, Section } from '@/ui/page'
import { useRequirementText } from '@/ui/shop/requirements'
import { Totals } from '@/ui/shop/totals'
import { Empty, Failed, Loading } from '@/ui/states'
import styles from './cart.module.css'
import { Codes } from './codes'
import { Line } from './line'
import { texts } from './texts'

/** What is about to be bought. */
export default function CartPage() {
  const t = useTexts(texts)
  const { cart, error, isPending, retry } = useCart()
  useCartOfElsewhere()
  if (cart && cart.lines.length > 0) return <Filled cart={cart} />
  return (
    <Page title={t.title} narrow>
      {error ? (
        <Failed error={error} onRetry={retry} />
      ) : isPending ? (
        <Loading lines={4} />
      ) : (
        <Empty title={t.empty} action={<ButtonLink to="/shop">{t.look}</ButtonLink>}>
          {t.empty_lead}
        </Empty>
      )}
    </Page>
  )
}

/** Whoever is signed in may have filled a cart on another device. */
function useCartOfElsewhere() {
  const user = useSession().data?.id
  const { ref } = useCart()
  const { currency } = useCurrency()
  const { ensure } = useCartActions()
  const isUnknown = user !== undefined && ref === null && currency !== undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is looked for once.
  useEffect(() => {
    // Without it the cart is empty, which the page says.
    if (isUnknown) ensure(currency).catch(() => null)
  }, [isUnknown])
}

function Filled({ cart }: { cart: Cart }) {
  const t = useTexts(texts)
  const { lines } = cart
  return (
    <Page title={t.title}>
      <div className={styles.cart}>
        <Section>
          <ul className={styles.lines} aria-label={t.lines}>
            {lines.map((line) => (
              <Line key={line.id} line={line} cart={cart} />
            ))}
          </ul>
        </Section>
        <div className={styles.side}>
          <Section title={t.summary}>
            <Totals of={cart} shippingLater />
            <Hindrances cart={cart} />
            <ButtonLink to="/shop/checkout" wide>
              {t.checkout}
            </ButtonLink>
            <ButtonLink to="/shop" look="quiet" wide>
              {t.continue}
            </ButtonLink>
          </Section>
          <Section>
            <Codes cart={cart} />
          </Section>
        </div>
      </div>
    </Page>
  )
}

/** What is asked for at the checkout is no hindrance yet. */
const LATER = /^shop\.requirement\.(email|shipping)/

function Hindrances({ cart }: { cart: Cart }) {
  const textOf = useRequirementText()
  const now = cart.requirements.filter(({ code, line }) => line === null && !LATER.test(code))
  return now.map((requirement) => (
    <Notice key={requirement.code} tone="warning">
      {textOf(requirement, cart)}
    </Notice>
  ))
}
