import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, body } from '@/api/client'
import { usePages } from './query'

/** Each look at somebody is recorded, so what was seen isn't read again without a reason. */
export const SEEN = { staleTime: 5 * 60_000, refetchOnWindowFocus: false } as const

export function userQuery(id: string) {
  return queryOptions({
    queryKey: ['staff', 'user', id],
    queryFn: () => body(api.GET('/v1/admin/users/{id}', { params: { path: { id } } })),
    ...SEEN,
  })
}

/** A user as staff sees them. */
export function useUser(id: string | null | undefined) {
  return useQuery({ ...userQuery(id ?? ''), enabled: Boolean(id) })
}

/** Users whom a search fits, page by page. */
export function useFoundUsers(q: string) {
  return usePages(
    ['staff', 'users', q],
    (cursor) => body(api.GET('/v1/admin/users', { params: { query: { q, cursor } } })),
    SEEN,
  )
}

export function useAccountsOf(id: string | null | undefined) {
  return useQuery({
    queryKey: ['staff', 'user', id, 'accounts'],
    queryFn: () =>
      body(api.GET('/v1/admin/users/{id}/accounts', { params: { path: { id: id ?? '' } } })),
    enabled: Boolean(id),
    ...SEEN,
  })
}

/** A moment that was typed in the reader's time zone, as the API takes it. */
export function momentOf(local: string | undefined): string | undefined {
  const moment = new Date(local ?? '')
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString()
}

/** The other way round: a moment in the reader's time zone, as date fields have it. */
export function localMoment(at: string | null | undefined): string {
  if (!at) return ''
  const moment = new Date(at)
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}
