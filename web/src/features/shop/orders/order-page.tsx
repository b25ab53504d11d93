import { useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body } from '@/api/client'
import { useSession } from '@/lib/session'
import { addressOf, isGone, type Order } from '@/lib/shop'
import { keepLinkedOrder, orderToken, tokenHeader } from '@/lib/shop-cart'
import { useLanguage, useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Id } from '@/ui/id'
import { Notice } from '@/ui/notice'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { Documents } from '@/ui/shop/documents'
import { OrderLines, OrderTotals } from '@/ui/shop/order-lines'
import { isUnderWay } from '@/ui/shop/order-state'
import { OrderStatus, useOrderName } from '@/ui/shop/order-status'
import { OrderTimeline } from '@/ui/shop/order-timeline'
import { PostalAddress } from '@/ui/shop/postal-address'
import { dateIn } from '@/ui/shown'
import { Empty, Loaded } from '@/ui/states'
import { CancelOrder } from './cancel'
import { ExchangeOf } from './exchange-of'
import styles from './order.module.css'
import { PayOrder } from './pay'
import { Returns } from './returns'
import { texts } from './texts'

const SOON_MS = 1_500
/** Guests have no stream that tells them. */
const GUEST_MS = 20_000

/** One's own order, or that of a guest whose browser remembers it, or whom a mail sent here. */
export default function OrderPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  useState(() => keepLinkedOrder(id))
  const isGuest = useSession().data === null
  const query = useQuery({
    queryKey: ['shop', 'order', id],
    // What is being placed, or charged, is so for a moment only.
    refetchInterval: ({ state }) => {
      if (isUnderWay(state.data)) return SOON_MS
      return isGuest && state.data ? GUEST_MS : false
    },
    queryFn: () =>
      body(
        api.GET('/v1/shop/orders/{id}', {
          params: { path: { id }, header: tokenHeader(orderToken(id)) },
        }),
      ),
  })
  if (isGone(query.error)) return <NotHere />
  return (
    <Loaded query={query} lines={8}>
      {(order) => <Shown order={order} />}
    </Loaded>
  )
}

function NotHere() {
  const t = useTexts(texts)
  const { id } = useParams({ strict: false }) as { id: string }
  const isGuest = useSession().data === null
  const signIn = isGuest ? (
    <ButtonLink to="/sign-in" search={{ next: `/shop/orders/${id}` } as never}>
      {t.sign_in}
    </ButtonLink>
  ) : undefined
  return (
    <Page title={t.gone} narrow>
      <Empty title={t.gone_lead} action={signIn} />
    </Page>
  )
}

function Shown({ order }: { order: Order }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const isGuest = useSession().data === null
  const nameOf = useOrderName()
  const { placed_at } = order
  return (
    <Page
      title={nameOf(order.number)}
      lead={placed_at ? t.placed_at(dateIn(placed_at, language)) : undefined}
      back={isGuest ? { to: '/shop', label: t.shop } : { to: '/shop/orders', label: t.back }}
      actions={<CancelOrder order={order} />}
    >
      <Thanks order={order} isGuest={isGuest} />
      <div className={styles.order}>
        <div className={styles.main}>
          <PayOrder order={order} />
          <Section title={t.timeline} actions={<OrderStatus is={order.status} />}>
            <OrderTimeline order={order} />
          </Section>
          <Section title={t.lines}>
            <OrderLines order={order} />
            <OrderTotals order={order} />
          </Section>
          <Documents order={order} />
          <Returns order={order} />
        </div>
        <Section title={t.details}>
          <Details order={order} />
        </Section>
      </div>
    </Page>
  )
}

function Thanks({ order, isGuest }: { order: Order; isGuest: boolean }) {
  const t = useTexts(texts)
  const { placed } = useSearch({ strict: false }) as { placed?: string }
  if (placed !== '1' || order.status === 'refused' || order.status === 'cancelled') return null
  return (
    <Notice tone="good">
      <strong>{t.thanks}</strong>
      {order.email && <p>{t.thanks_more(order.email)}</p>}
      {isGuest && <p>{t.guest_more}</p>}
    </Notice>
  )
}

function Details({ order }: { order: Order }) {
  const t = useTexts(texts)
  const shipping = addressOf(order.shipping_address)
  const billing = addressOf(order.billing_address)
  const paid = order.payments.filter(({ status }) => status !== 'refused')
  const kinds = [...new Set(paid.map(({ kind }) => kind))]
  const words: Readonly<Record<string, string>> = {
    wallet: t.wallet,
    card: t.card,
    external: t.external,
    exchange: t.exchange,
  }
  return (
    <Facts>
      {shipping && (
        <Fact name={t.ship_to}>
          <PostalAddress address={shipping} />
        </Fact>
      )}
      {billing && (
        <Fact name={t.bill_to}>
          <PostalAddress address={billing} />
        </Fact>
      )}
      {order.shipping_method && <Fact name={t.how}>{order.shipping_method}</Fact>}
      {kinds.length > 0 && (
        <Fact name={t.paid_with}>{kinds.map((kind) => words[kind] ?? kind).join(', ')}</Fact>
      )}
      {order.exchange_of && <ExchangeOf order={order} back={order.exchange_of} />}
      {order.email && <Fact name={t.email}>{order.email}</Fact>}
      {order.note && <Fact name={t.note}>{order.note}</Fact>}
      <Fact name={t.id}>
        <Id id={order.id} />
      </Fact>
    </Facts>
  )
}
