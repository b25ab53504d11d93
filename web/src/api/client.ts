import createClient, { type Middleware } from 'openapi-fetch'
import { OfflineError, problemOf } from '@/lib/problem'
import type { components, paths } from './schema'

/** The API's types, made from `api/openapi.json` by `npm run api`. */
export type Schemas = components['schemas']

/** Here a 401 speaks of who wants to come in, not of who is in. */
const SIGN_INS = /^\/v1\/identity\/(provider-)?sign-ins/

const listeners = new Set<() => void>()

/** Calls back when the server no longer knows who we are. */
export function onSessionEnded(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const failures: Middleware = {
  async onResponse({ response, schemaPath }) {
    if (response.ok) return
    if (response.status === 401 && !SIGN_INS.test(schemaPath)) {
      for (const listener of listeners) listener()
    }
    throw problemOf(response.status, await response.json().catch(() => null))
  },
  onError: () => new OfflineError(),
}

/** Calls the API with the session's cookie; whatever isn't 2xx is thrown. */
export const api = createClient<paths>({ credentials: 'same-origin' })
api.use(failures)

/** The body of an answer. Failures have been thrown by now. */
export async function body<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call
  return data as T
}
