import { Navigate, Outlet, useLocation } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { LiveProvider } from '@/lib/live'
import { useSession } from '@/lib/session'
import { Failed, Loading } from '@/ui/states'
import { Shell } from './shell'

/** The way to a page that needs a session; whoever has none signs in and comes back. */
export function SignedIn() {
  const location = useLocation()
  return (
    <WithSession otherwise={<Navigate to="/sign-in" search={{ next: location.href }} replace />}>
      <Outlet />
    </WithSession>
  )
}

/** The shell around what somebody who is signed in sees. */
export function WithSession({
  children,
  otherwise,
}: {
  children: ReactNode
  otherwise: ReactNode
}) {
  const session = useSession()
  if (session.data === null) return otherwise
  return (
    <Shell>
      {session.data ? (
        <LiveProvider>{children}</LiveProvider>
      ) : session.error ? (
        <Failed error={session.error} onRetry={() => void session.refetch()} />
      ) : (
        <Loading lines={6} />
      )}
    </Shell>
  )
}
