import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { hasCode } from '@/lib/problem'
import { type Cart, useScale } from '@/lib/shop'
import { keepOrderToken, tokenHeader, useCart, useCartActions } from '@/lib/shop-cart'
import { useLanguage, useTexts } from '@/lib/text'
import { useReread } from '@/lib/wallet'
import { Button } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { Form } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { Section } from '@/ui/page'
import { ChoiceField, Choices } from '@/ui/shop/choices'
import { useRequirementText } from '@/ui/shop/requirements'
import styles from './checkout.module.css'
import { type PaymentMethod, usePaymentMethods } from './methods'
import { texts } from './texts'

/** With what it is paid, and the button that makes an order of the cart. */
export function Payment({ cart }: { cart: Cart }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const scale = useScale(cart.currency)
  const methods = usePaymentMethods(cart)
  const [id, setId] = useState<string | null>(null)
  const isFree = cart.total === '0'
  const method =
    methods.find((it) => it.id === id) ?? methods.find((it) => it.isPossible) ?? methods[0]
  const isReady = cart.requirements.length === 0 && (isFree || method?.isPossible === true)
  const place = usePlacing(cart)
  const amount = `${formatAmount(cart.total, scale, language)} ${cart.currency}`
  return (
    <Section title={t.pay}>
      <Form
        label={t.pay}
        onSubmit={() => (isReady ? place(isFree ? [] : (method?.payments ?? [])) : undefined)}
      >
        {isFree ? (
          <p>{t.nothing_to_pay}</p>
        ) : (
          <Choices label={t.method}>
            {methods.map((it) => (
              <ChoiceField
                key={it.id}
                name="method"
                value={it.id}
                label={it.label}
                note={it.note}
                checked={it.id === method?.id}
                onChange={() => setId(it.id)}
              />
            ))}
          </Choices>
        )}
        <Missing cart={cart} />
        {isReady ? (
          <Submit wide>{isFree ? t.order_now : t.pay_now(amount)}</Submit>
        ) : (
          <Button wide disabled>
            {isFree ? t.order_now : t.pay_now(amount)}
          </Button>
        )}
        {!isFree && <p className={styles.small}>{t.binding}</p>}
      </Form>
    </Section>
  )
}

/** What is to be done before it can be paid. */
function Missing({ cart }: { cart: Cart }) {
  const t = useTexts(texts)
  const textOf = useRequirementText()
  if (cart.requirements.length === 0) return null
  return (
    <Notice tone="warning">
      <p>{t.pay_first}</p>
      <ul className={styles.missing}>
        {cart.requirements.map((requirement) => (
          <li key={`${requirement.code} ${requirement.line}`}>
            {nameOf(cart, requirement.line)}
            {textOf(requirement, cart)}
          </li>
        ))}
      </ul>
    </Notice>
  )
}

function nameOf(cart: Cart, line: string | null): string {
  const title = line && cart.lines.find(({ id }) => id === line)?.title
  return title ? `${title}: ` : ''
}

const CHANGED = ['shop.cart.total_changed', 'shop.cart.not_ready', 'shop.cart.changed'] as const

/** Makes an order of the cart, and goes on to it. */
function usePlacing(cart: Cart) {
  const navigate = useNavigate()
  const reread = useReread()
  const { ref } = useCart()
  const { forget, reread: rereadCart } = useCartActions()
  return async (payments: Payments) => {
    try {
      const order = await complete(cart, ref?.token, payments)
      keepOrderToken(order.id, ref?.token)
      await navigate({
        to: '/shop/orders/$id',
        params: { id: order.id },
        search: { placed: '1' } as never,
      })
      forget()
      await reread('accounts', 'transfers', 'history', 'balances')
    } catch (error) {
      // What it costs now, or what is missing now, is shown beside the refusal.
      if (hasCode(error, ...CHANGED)) await rereadCart()
      throw error
    }
  }
}

type Payments = PaymentMethod['payments']

function complete({ id, total }: Cart, token: string | undefined, payments: Payments) {
  const params = { path: { id }, header: tokenHeader(token) }
  return body(
    api.POST('/v1/shop/carts/{id}/complete', { params, body: { total, payments: [...payments] } }),
  )
}
