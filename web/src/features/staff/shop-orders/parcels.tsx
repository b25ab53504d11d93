import { useState } from 'react'
import { api, body } from '@/api/client'
import { describeProblem } from '@/lib/problem-texts'
import { usePermissions } from '@/lib/session'
import type { Order } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Item, List } from '@/ui/list'
import { Badge, dateIn, Money } from '@/ui/shown'
import { useToast } from '@/ui/toast'
import { useOrderReread } from './order'
import { texts } from './texts'

type Shipment = Order['shipments'][number]

/** What was sent, in which parcels. */
export function Parcels({ order }: { order: Order }) {
  const t = useTexts(texts)
  const sent = order.shipments.filter(({ state }) => state !== 'refused')
  if (sent.length === 0) return <p className="muted">{t.no_parcels}</p>
  return (
    <List label={t.parcels}>
      {sent.map((shipment) => (
        <Parcel key={shipment.id} shipment={shipment} order={order} />
      ))}
    </List>
  )
}

function Parcel({ shipment, order }: { shipment: Shipment; order: Order }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { carrier, tracking, url, shipped_at, delivered_at, lines, amount } = shipment
  const way = [carrier, tracking].filter(Boolean).join(' ')
  return (
    <Item
      end={
        <>
          <Money units={amount} scale={order.scale} asset={order.currency} />
          {delivered_at ? (
            <Badge tone="good">{t.delivered_at(dateIn(delivered_at, language))}</Badge>
          ) : (
            <Deliver shipment={shipment} order={order} />
          )}
        </>
      }
    >
      <strong>{t.sent_at(dateIn(shipped_at, language))}</strong>
      {lines.map(({ line, quantity }) => (
        <div key={line}>
          {quantity} × {order.lines.find(({ id }) => id === line)?.title}
        </div>
      ))}
      {way && (
        <div className="muted">
          {url ? (
            <a href={url} rel="noreferrer">
              {way}
            </a>
          ) : (
            way
          )}
        </div>
      )}
    </Item>
  )
}

function Deliver({ shipment, order }: { shipment: Shipment; order: Order }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const reread = useOrderReread()
  const [isBusy, setBusy] = useState(false)
  if (!usePermissions().has('orders.write')) return null
  const deliver = async () => {
    setBusy(true)
    try {
      const path = { id: order.id, shipment: shipment.id }
      await body(
        api.POST('/v1/shop/orders/{id}/shipments/{shipment}/deliver', { params: { path } }),
      )
      toast(t.delivered)
      await reread(order.id)
    } catch (error) {
      toast(describeProblem(error, language))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button look="secondary" small busy={isBusy} onClick={() => void deliver()}>
      {t.deliver}
    </Button>
  )
}
