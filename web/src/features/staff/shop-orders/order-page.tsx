import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { usePermissions } from '@/lib/session'
import { addressOf, type Order } from '@/lib/shop'
import { shortId } from '@/lib/short-id'
import { useTexts } from '@/lib/text'
import { Guarded, Recorded } from '@/ui/guarded'
import { Id } from '@/ui/id'
import { Notice } from '@/ui/notice'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { Records } from '@/ui/records'
import { Documents } from '@/ui/shop/documents'
import { OrderLines, OrderTotals } from '@/ui/shop/order-lines'
import { OrderStatus, useOrderName } from '@/ui/shop/order-status'
import { OrderTimeline } from '@/ui/shop/order-timeline'
import { PostalAddress } from '@/ui/shop/postal-address'
import { Badge, Money } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { CancelOrder } from './cancel'
import { orderQuery } from './order'
import styles from './order.module.css'
import { Parcels } from './parcels'
import { RefundOrder } from './refund'
import { Returns } from './returns'
import { ShipOrder } from './ship'
import { texts } from './texts'

const SOON_MS = 1_500

/** An order, and what can be done with it. */
export default function StaffOrderPage() {
  const t = useTexts(texts)
  const { id } = useParams({ strict: false }) as { id: string }
  const query = useQuery({
    ...orderQuery(id),
    // A payment may wait for its buyer for long: each look is recorded, so only this is followed.
    refetchInterval: ({ state }) => (state.data?.status === 'placing' ? SOON_MS : false),
  })
  return (
    <Guarded permission="orders.read" title={t.title}>
      <Loaded query={query} lines={8}>
        {(order) => <Shown order={order} />}
      </Loaded>
    </Guarded>
  )
}

function Shown({ order }: { order: Order }) {
  const t = useTexts(texts)
  const nameOf = useOrderName()
  return (
    <Page
      title={nameOf(order.number)}
      back={{ to: '/staff/shop/orders', label: t.back }}
      actions={<Actions order={order} />}
    >
      <div className={styles.order}>
        <div className={styles.main}>
          <Section title={t.lines} actions={<OrderStatus is={order.status} />}>
            <OrderLines order={order} />
            <OrderTotals order={order} />
          </Section>
          <Section title={t.parcels}>
            <Parcels order={order} />
          </Section>
          <Section title={t.payments}>
            <Payments order={order} />
          </Section>
          <Returns order={order} />
          <Documents order={order} />
        </div>
        <div className={styles.main}>
          <Section title={t.timeline}>
            <OrderTimeline order={order} />
          </Section>
          <Section title={t.details}>
            <Details order={order} />
          </Section>
        </div>
      </div>
      <Recorded />
    </Page>
  )
}

function Actions({ order }: { order: Order }) {
  if (!usePermissions().has('orders.write')) return null
  return (
    <>
      <ShipOrder order={order} />
      <RefundOrder order={order} />
      <CancelOrder order={order} />
    </>
  )
}

const TONES = {
  pending: 'warning',
  authorized: 'info',
  captured: 'good',
  released: 'neutral',
  refused: 'bad',
  disputed: 'bad',
} as const

function Payments({ order }: { order: Order }) {
  const t = useTexts(texts)
  const money = (units: string) => (
    <Money units={units} scale={order.scale} asset={order.currency} />
  )
  const words: Readonly<Record<string, string>> = {
    wallet: t.p_wallet,
    card: t.p_card,
    external: t.p_external,
    exchange: t.p_exchange,
  }
  if (order.payments.length === 0) return <p className="muted">{t.no_payments}</p>
  const isStranded = order.payments.some(({ stranded }) => stranded !== '0')
  return (
    <>
      {isStranded && (
        <Notice tone="warning">
          {t.stranded} <Link to="/staff/shop/stranded-refunds">{t.stranded_link}</Link>
        </Notice>
      )}
      <Records
        label={t.payments}
        items={order.payments}
        keyOf={({ id }) => id}
        columns={[
          {
            name: t.p_kind,
            cell: ({ kind, reference }) => (
              <>
                {words[kind] ?? kind}
                {reference && <div className="muted">{shortId(reference)}</div>}
              </>
            ),
          },
          {
            name: t.p_status,
            cell: ({ status }) => <Badge tone={TONES[status]}>{t[`s_${status}`]}</Badge>,
          },
          { name: t.p_amount, isEnd: true, cell: ({ amount }) => money(amount) },
          { name: t.p_captured, isEnd: true, cell: ({ captured }) => money(captured) },
          { name: t.p_refunded, isEnd: true, cell: ({ refunded }) => money(refunded) },
        ]}
      />
    </>
  )
}

function Details({ order }: { order: Order }) {
  const t = useTexts(texts)
  const shipping = addressOf(order.shipping_address)
  const billing = addressOf(order.billing_address)
  const channels: Readonly<Record<string, string>> = {
    storefront: t.storefront,
    staff: t.staff,
    exchange: t.exchange,
  }
  return (
    <Facts>
      {order.email && <Fact name={t.email}>{order.email}</Fact>}
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
      {order.note && <Fact name={t.note}>{order.note}</Fact>}
      <Fact name={t.channel}>
        {order.exchange_of ? (
          <Link to="/staff/shop/returns/$id" params={{ id: order.exchange_of }}>
            {t.exchange}
          </Link>
        ) : (
          (channels[order.channel] ?? order.channel)
        )}
      </Fact>
      {order.reference && <Fact name={t.reference}>{order.reference}</Fact>}
      <Fact name={t.id}>
        <Id id={order.id} />
      </Fact>
    </Facts>
  )
}
