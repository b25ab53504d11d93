import { useQuery } from '@tanstack/react-query'
import { api, body } from '@/api/client'

/** Recovery codes come and go with the authenticator app: whoever has any has an app. */
export function useSecondFactor() {
  return useQuery({
    queryKey: ['security', 'recovery-codes'],
    queryFn: () => body(api.GET('/v1/identity/recovery-codes')),
  })
}
