import { queryOptions } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { fullTitle, type Order, type OrderReturn } from '@/lib/shop'
import { orderToken, tokenHeader } from '@/lib/shop-cart'

export type ReturnLine = OrderReturn['lines'][number]
export type ReturnState = Schemas['ReturnState']
type OrderLine = Order['lines'][number]

export const RETURN_STATES = [
  'requested',
  'approved',
  'rejected',
  'receiving',
  'received',
  'closed',
] as const satisfies readonly ReturnState[]

export const RETURN_REASONS = [
  'unwanted',
  'wrong_item',
  'damaged',
  'other',
] as const satisfies readonly Schemas['ReturnReason'][]

/** What came back of an order, or is to. */
export function returnsQuery(order: string) {
  return queryOptions({
    queryKey: ['shop', 'order', order, 'returns'],
    queryFn: async () => {
      const params = { path: { id: order }, header: tokenHeader(orderToken(order)) }
      return (await body(api.GET('/v1/shop/orders/{id}/returns', { params }))).data
    },
  })
}

/** Lines of which pieces can still come back, with how many. */
export function returnable(
  lines: readonly OrderLine[],
  returns: readonly OrderReturn[],
): readonly { readonly line: OrderLine; readonly left: number }[] {
  return lines.flatMap((line) => {
    const taken = returns.reduce((sum, it) => sum + claimedOf(it, line.id), 0)
    const left = line.shipped - taken
    return left > 0 ? [{ line, left }] : []
  })
}

const ARRIVED: readonly string[] = ['receiving', 'received', 'closed']

/** Pieces of a line that no other return may be about. */
function claimedOf({ state, lines }: OrderReturn, id: string): number {
  const ofLine = lines.filter(({ line }) => line === id)
  if (state === 'rejected') return 0
  const isAwaited = !ARRIVED.includes(state)
  return ofLine.reduce((sum, line) => sum + (isAwaited ? line.quantity : cameOf(line)), 0)
}

/** Pieces that arrived. */
export function cameOf({ restocked, written_off }: ReturnLine): number {
  return restocked + written_off
}

/** What a line is called: the product, and which of it. */
export function nameOfLine(order: Order, id: string): string {
  const line = order.lines.find((it) => it.id === id)
  return line ? fullTitle(line) : ''
}
