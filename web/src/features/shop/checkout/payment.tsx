import { useNavigate } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { hasCode } from '@/lib/problem'
import type { Cart } from '@/lib/shop'
import { keepOrderToken, tokenHeader, useCart, useCartActions } from '@/lib/shop-cart'
import { type Language, useLanguage, useTexts } from '@/lib/text'
import { useReread } from '@/lib/wallet'
import { Notice } from '@/ui/notice'
import { Section } from '@/ui/page'
import { PayForm, type Payments } from '@/ui/shop/pay-form'
import { useRequirementText } from '@/ui/shop/requirements'
import styles from './checkout.module.css'
import { texts } from './texts'

/** With what it is paid, and the button that makes an order of the cart. */
export function Payment({ cart }: { cart: Cart }) {
  const t = useTexts(texts)
  const place = usePlacing(cart)
  return (
    <Section title={t.pay}>
      <PayForm label={t.pay} due={cart} isReady={cart.requirements.length === 0} onPay={place}>
        <Missing cart={cart} />
      </PayForm>
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
  const { language } = useLanguage()
  return async (payments: Payments) => {
    try {
      const order = await complete(cart, ref?.token, language, payments)
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

/** Mails about the order are in the language in which it was made. */
function complete(
  { id, total }: Cart,
  token: string | undefined,
  language: Language,
  payments: Payments,
) {
  const params = { path: { id }, header: tokenHeader(token) }
  const headers = { 'Accept-Language': language }
  return body(
    api.POST('/v1/shop/carts/{id}/complete', {
      params,
      headers,
      body: { total, payments: [...payments] },
    }),
  )
}
