import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { api, body } from '@/api/client'
import type { Order } from '@/lib/shop'
import { orderToken, shareOrderToken, tokenHeader } from '@/lib/shop-cart'
import { useTexts } from '@/lib/text'
import { Fact } from '@/ui/page'
import { texts } from './texts'

type ExchangeOfProps = { order: Order; back: string }

/** The order of which something came back, in whose place this one is sent. */
export function ExchangeOf({ order, back }: ExchangeOfProps) {
  const t = useTexts(texts)
  const query = useQuery({
    queryKey: ['shop', 'order', order.id, 'exchange-of'],
    queryFn: () => {
      const params = { path: { id: back }, header: tokenHeader(orderToken(order.id)) }
      return body(api.GET('/v1/shop/returns/{id}', { params }))
    },
  })
  const first = query.data?.order
  useEffect(() => {
    if (first) shareOrderToken(order.id, first)
  }, [order.id, first])
  if (!first) return null
  return (
    <Fact name={t.exchange_of}>
      <Link to="/shop/orders/$id" params={{ id: first }}>
        {t.exchange_first}
      </Link>
    </Fact>
  )
}
