import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from '@/api/client'
import { versioned } from '@/lib/staff-shop'

export type PriceList = Schemas['PriceList']

export const LISTS = ['staff', 'shop', 'price-lists'] as const

export function listQuery(id: string) {
  return queryOptions({
    queryKey: [...LISTS, id],
    queryFn: () => versioned(api.GET('/v1/shop/price-lists/{id}', { params: { path: { id } } })),
  })
}

/** Whether a list holds at a moment. */
export function stateOf(
  { is_active, from, until }: Pick<PriceList, 'is_active' | 'from' | 'until'>,
  now: Date,
) {
  if (!is_active) return 'stopped'
  if (from && new Date(from) > now) return 'upcoming'
  return until && new Date(until) <= now ? 'over' : 'running'
}
