import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from '@/api/client'

/** Limits with the version that a change of them is based on, which is in the answer's ETag. */
export type Limits = Schemas['SetLimits'] & { version: string }

/** Limits of a user, or with `null` of everybody who has none of their own. */
export function limitsQuery(user: string | null, asset: string) {
  return queryOptions({
    queryKey: ['staff', 'limits', user, asset],
    queryFn: async (): Promise<Limits> => {
      const { data, response } = await (user === null
        ? api.GET('/v1/wallet/limits/defaults/{asset}', { params: { path: { asset } } })
        : api.GET('/v1/wallet/limits/{user}/{asset}', { params: { path: { user, asset } } }))
      return { ...data, version: response.headers.get('etag') ?? '"0"' }
    },
  })
}

export async function putLimits(
  user: string | null,
  asset: string,
  version: string,
  limits: Schemas['PutLimits'],
): Promise<void> {
  const header = { 'If-Match': version }
  if (user === null) {
    const params = { path: { asset }, header }
    await api.PUT('/v1/wallet/limits/defaults/{asset}', { params, body: limits })
  } else {
    const params = { path: { user, asset }, header }
    await api.PUT('/v1/wallet/limits/{user}/{asset}', { params, body: limits })
  }
}
