import type { OrderSummary } from '@/lib/shop'
import { useTexts } from '@/lib/text'
import { Badge } from '@/ui/shown'
import { texts } from './texts'

export type OrderState = OrderSummary['status']

export const ORDER_STATES = [
  'placing',
  'placed',
  'paid',
  'partly_shipped',
  'shipped',
  'delivered',
  'cancelled',
  'returned',
  'refused',
] as const satisfies readonly OrderState[]

const TONES = {
  placing: 'neutral',
  refused: 'bad',
  placed: 'warning',
  paid: 'info',
  partly_shipped: 'info',
  shipped: 'good',
  delivered: 'good',
  cancelled: 'neutral',
  returned: 'neutral',
} as const

/** Where an order is. */
export function OrderStatus({ is }: { is: OrderState }) {
  return <Badge tone={TONES[is]}>{useTexts(texts)[`o_${is}`]}</Badge>
}

/** What an order is called: by its number, once it has one. */
export function useOrderName() {
  const t = useTexts(texts)
  return (number: number | null) =>
    number === null ? t.order_unnumbered : t.order_number(String(number))
}
