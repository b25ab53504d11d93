import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '@/lib/session'
import { addressOf, type Cart } from '@/lib/shop'
import { useCart } from '@/lib/shop-cart'
import { useTexts } from '@/lib/text'
import { Button, ButtonLink } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { PostalAddress } from '@/ui/shop/postal-address'
import { Empty, Failed, Loading } from '@/ui/states'
import { AddressForm } from './address-form'
import styles from './checkout.module.css'
import { Payment } from './payment'
import { Shipping } from './shipping'
import { Summary } from './summary'
import { texts } from './texts'

/** From a cart to an order: where it goes, how, and with what it is paid. */
export default function CheckoutPage() {
  const t = useTexts(texts)
  const { cart, error, isPending, retry } = useCart()
  const back = { to: '/shop/cart', label: t.back }
  if (cart && cart.lines.length > 0) {
    return (
      <Page title={t.title} back={back}>
        <Steps cart={cart} />
      </Page>
    )
  }
  return (
    <Page title={t.title} back={back} narrow>
      {error ? (
        <Failed error={error} onRetry={retry} />
      ) : isPending ? (
        <Loading lines={6} />
      ) : (
        <Empty title={t.empty} action={<ButtonLink to="/shop">{t.look}</ButtonLink>}>
          {t.empty_lead}
        </Empty>
      )}
    </Page>
  )
}

/** Whether anything of it is sent; what isn't, such as a voucher, goes nowhere. */
function needsShipping({ requirements, shipping_offers, shipping_method }: Cart): boolean {
  const isAsked = requirements.some(({ code }) => code.startsWith('shop.requirement.shipping'))
  return isAsked || shipping_offers.length > 0 || shipping_method !== null
}

function Steps({ cart }: { cart: Cart }) {
  const session = useSession()
  const isSent = needsShipping(cart)
  const isAddressed = cart.email !== null && (!isSent || cart.shipping_address !== null)
  const [isChanging, setChanging] = useState(false)
  return (
    <div className={styles.checkout}>
      <div className={styles.steps}>
        {session.data === null && <AsGuest />}
        <Where
          cart={cart}
          isSent={isSent}
          isOpen={isChanging || !isAddressed}
          onOpen={setChanging}
        />
        {isSent && <Shipping cart={cart} />}
        <Payment cart={cart} />
      </div>
      <div className={styles.side}>
        <Summary cart={cart} />
      </div>
    </div>
  )
}

function AsGuest() {
  const t = useTexts(texts)
  return (
    <Notice>
      <p>
        {t.guest}{' '}
        <Link to="/sign-in" search={{ next: '/shop/checkout' } as never}>
          {t.sign_in}
        </Link>
        , {t.guest_more}
      </p>
    </Notice>
  )
}

type WhereProps = {
  cart: Cart
  isSent: boolean
  isOpen: boolean
  onOpen: (isOpen: boolean) => void
}

/** Who it is for; once that is known, it stands there until it is to be changed. */
function Where({ cart, isSent, isOpen, onOpen }: WhereProps) {
  const t = useTexts(texts)
  const title = isSent ? t.where : t.who
  if (isOpen) {
    return (
      <Section title={title}>
        <AddressForm cart={cart} isSent={isSent} onSaved={() => onOpen(false)} />
      </Section>
    )
  }
  const shipping = addressOf(cart.shipping_address)
  const billing = addressOf(cart.billing_address)
  const change = (
    <Button look="secondary" small onClick={() => onOpen(true)}>
      {t.change}
    </Button>
  )
  return (
    <Section title={title} actions={change}>
      <Facts>
        <Fact name={t.email}>{cart.email}</Fact>
        {isSent && shipping && (
          <Fact name={t.ship_to}>
            <PostalAddress address={shipping} />
          </Fact>
        )}
        {billing && (
          <Fact name={t.bill_to}>
            <PostalAddress address={billing} />
          </Fact>
        )}
        {cart.note && <Fact name={t.note}>{cart.note}</Fact>}
      </Facts>
    </Section>
  )
}
