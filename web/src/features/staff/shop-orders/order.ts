import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api, body } from '@/api/client'
import { SEEN } from '@/lib/staff'

export function orderQuery(id: string) {
  return queryOptions({
    queryKey: ['staff', 'shop', 'order', id],
    queryFn: () => body(api.GET('/v1/shop/orders/{id}', { params: { path: { id } } })),
    ...SEEN,
  })
}

export function returnQuery(id: string) {
  return queryOptions({
    queryKey: ['staff', 'shop', 'returns', id],
    queryFn: () => body(api.GET('/v1/shop/returns/{id}', { params: { path: { id } } })),
    ...SEEN,
  })
}

/** Has an order, and the lists that it is in, read again after something was done with it. */
export function useOrderReread() {
  const client = useQueryClient()
  return useCallback(
    (id: string) =>
      Promise.all([
        client.invalidateQueries({ queryKey: orderQuery(id).queryKey }),
        client.invalidateQueries({ queryKey: ['shop', 'order', id] }),
        client.invalidateQueries({ queryKey: ['staff', 'shop', 'returns'] }),
        client.invalidateQueries({ queryKey: ['staff', 'shop', 'orders'] }),
        client.invalidateQueries({ queryKey: ['staff', 'shop', 'stock'] }),
      ]),
    [client],
  )
}
