import { queryOptions, useMutation, useQuery } from '@tanstack/react-query'
import { problemOf } from './problem'
import { useSessionChange } from './session'
import type { Language } from './text'

/** Somebody whom one can be in a demo world. */
export type DemoPerson = {
  readonly handle: string
  readonly name: string
  readonly role: 'person' | 'company' | 'staff'
  readonly description: Readonly<Record<Language, string>>
}

type DemoWorld = { readonly is_demo: boolean; readonly people: readonly DemoPerson[] }

const NO_DEMO: DemoWorld = { is_demo: false, people: [] }

/** A server that doesn't say so is no demo world; nothing else depends on the answer. */
export const demoQuery = queryOptions({
  queryKey: ['demo'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async (): Promise<DemoWorld> => {
    const answer = await fetch('/v1/demo').catch(() => null)
    return answer?.ok ? answer.json() : NO_DEMO
  },
})

/** Whether it is known if this is a demo world; what stands above the rest waits for that. */
export function useIsDemoKnown(): boolean {
  return !useQuery(demoQuery).isPending
}

/** The people of a demo world; `null` where nothing is made up, and until that is known. */
export function useDemo(): readonly DemoPerson[] | null {
  const { data } = useQuery(demoQuery)
  return data?.is_demo ? data.people : null
}

/** Signs in as somebody of the demo world, without a password. */
export function useDemoSignIn() {
  const changed = useSessionChange()
  return useMutation({
    mutationFn: async (handle: string) => {
      const answer = await fetch('/v1/demo/sign-ins', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ handle }),
      })
      if (!answer.ok) throw problemOf(answer.status, await answer.json().catch(() => null))
      await changed()
    },
  })
}
