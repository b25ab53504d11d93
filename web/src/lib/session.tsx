import { hashKey, queryOptions, skipToken, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { ProblemError } from './problem'
import { unsubscribe } from './push'

export type Profile = Schemas['Profile']

/** Who is signed in; `null` when nobody is. */
export const profileQuery = queryOptions({
  queryKey: ['profile'],
  staleTime: 60_000,
  queryFn: async (): Promise<Profile | null> => {
    try {
      return await body(api.GET('/v1/identity/profile'))
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) return null
      throw error
    }
  },
})

export function useSession() {
  return useQuery(profileQuery)
}

/** Whether the server ended the session while its pages were open; a sign-in forgets it. */
export const endedQuery = queryOptions({
  queryKey: ['session', 'ended'],
  queryFn: skipToken,
  initialData: false,
  gcTime: Number.POSITIVE_INFINITY,
})

export function useHasSessionEnded(): boolean {
  return useQuery(endedQuery).data === true
}

/** For pages that only somebody signed in sees. */
export function useProfile(): Profile {
  const { data } = useSession()
  if (!data) throw new Error('this page stands where somebody is signed in')
  return data
}

/** What is asked for before it is known who it is. */
const NOBODYS: readonly string[] = [hashKey(profileQuery.queryKey), hashKey(['demo'])]

function isSomebodys({ queryHash }: { queryHash: string }): boolean {
  return !NOBODYS.includes(queryHash)
}

/** After a sign-in or a sign-out nothing of the person before may be shown. */
export function useSessionChange() {
  const client = useQueryClient()
  return async () => {
    // What shows who it is has to hear of it, so that stays and is asked for anew.
    client.removeQueries({ predicate: isSomebodys })
    await client.fetchQuery({ ...profileQuery, staleTime: 0 })
  }
}

/** Ends the session, and that this browser is told although no page is open. */
export async function endSession(user: string | undefined): Promise<void> {
  if (user) await unsubscribe(user).catch(() => null)
  await api.POST('/v1/identity/sign-out')
}

/** The same on a page that stays, and that goes by whether somebody is signed in. */
export function useSignOutHere() {
  const client = useQueryClient()
  const user = useSession().data?.id
  return async () => {
    await endSession(user)
    client.removeQueries({ predicate: isSomebodys })
    client.setQueryData(profileQuery.queryKey, null)
  }
}

/** Which roles and permissions there are. */
export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: () => body(api.GET('/v1/identity/roles')),
})

function useRoles() {
  const profile = useSession().data
  return useQuery({ ...rolesQuery, enabled: Boolean(profile) })
}

/** Whether it is known what the user may do, or that it can't be. */
export function useArePermissionsKnown(): boolean {
  return !useRoles().isPending
}

/** What the user's roles allow; an empty set until it is known. */
export function usePermissions(): ReadonlySet<string> {
  const profile = useSession().data
  const roles = useRoles().data
  const own = roles?.roles.filter((role) => profile?.roles.includes(role.name)) ?? []
  return new Set(own.flatMap((role) => role.permissions))
}
