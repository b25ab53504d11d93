import { queryOptions } from '@tanstack/react-query'
import { api, body } from '@/api/client'

/** The user's phone, and whether there can be one: not every server sends short messages. */
export const phoneQuery = queryOptions({
  queryKey: ['security', 'phone'],
  queryFn: () => body(api.GET('/v1/identity/phone')),
})
