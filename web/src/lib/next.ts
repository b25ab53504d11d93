import { useSearch } from '@tanstack/react-router'

/** Where the person wants to go after signing in or up, as the address says. */
export function useNext(): string | undefined {
  const { next } = useSearch({ strict: false }) as { next?: string }
  return next
}

/** Where to go after a sign-in: only to pages of our own. */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/')) return '/'
  const url = new URL(next, location.origin)
  if (url.origin !== location.origin || url.pathname.startsWith('/sign-in')) return '/'
  return url.pathname + url.search + url.hash
}
