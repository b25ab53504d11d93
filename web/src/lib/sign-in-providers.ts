import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'

/**
 * Outside providers with which people sign in. The browser leaves for one and comes back to
 * `/sign-in/callback`; what has to last meanwhile is in the tab's storage.
 */
export type Provider = Schemas['SignInProvider']

/** Why the browser left: to which provider, and where its user wants to go afterwards. */
export type Trip = { readonly provider: string; readonly next?: string }

const TRIP = 'bushel.trip'
const USED = 'bushel.provider'

export const providersQuery = queryOptions({
  queryKey: ['sign-in-providers'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: () => body(api.GET('/v1/identity/providers')),
})

/** The providers; `undefined` until they are known, none if that can't be found out. */
export function useProviders(): readonly Provider[] | undefined {
  const { data, isError } = useQuery(providersQuery)
  return isError ? [] : data?.providers
}

export function leaveFor(url: string, trip: Trip): void {
  keep(sessionStorage, TRIP, JSON.stringify(trip))
  location.assign(url)
}

/** The trip from which the browser comes back. */
export function tripBack(): Trip | null {
  return tripOf(read(sessionStorage, TRIP))
}

export function tripOf(kept: string | null): Trip | null {
  try {
    const trip: unknown = JSON.parse(kept ?? 'null')
    if (typeof trip !== 'object' || trip === null) return null
    const { provider, next } = trip as Record<string, unknown>
    if (typeof provider !== 'string') return null
    return { provider, next: typeof next === 'string' ? next : undefined }
  } catch {
    return null
  }
}

/** With whom somebody signed in: after the sign-out the session there is still open. */
export function rememberProvider(name: string | null): void {
  keep(localStorage, USED, name)
}

export function rememberedProvider(): string | null {
  return read(localStorage, USED)
}

function keep(storage: Storage, name: string, value: string | null): void {
  try {
    if (value === null) storage.removeItem(name)
    else storage.setItem(name, value)
  } catch {
    // Then it is forgotten, and people land on the start page.
  }
}

function read(storage: Storage, name: string): string | null {
  try {
    return storage.getItem(name)
  } catch {
    return null
  }
}
