import { useQuery } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'

export type Webhook = Schemas['Webhook']
// The document writes these words with a capital, the server without.
export type DeliveryStatus = Schemas['DeliveryStatus']
export type DisabledReason = Schemas['DisabledReason']
export const WEBHOOKS = ['webhooks', 'list']

export function useWebhook(id: string) {
  return useQuery({
    queryKey: ['webhooks', 'one', id],
    queryFn: () => body(api.GET('/v1/notifications/webhooks/{id}', { params: { path: { id } } })),
  })
}
