import { Navigate, Outlet, useLocation } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { LiveProvider } from '@/lib/live'
import { useSession } from '@/lib/session'
import { Failed, Loading } from '@/ui/states'
import { Shell } from './shell'

/** The way to a page that needs a session; whoever has none signs in and comes back. */
export function SignedIn() {
  return (
    <WithSession otherwise={<ToSignIn />}>
      <Outlet />
    </WithSession>
  )
}

export function ToSignIn() {
  const href = useLocation({ select: (location) => location.href })
  // The address changes before this page goes; where it came from must not change with it.
  const [next] = useState(href)
  return <Navigate to="/sign-in" search={{ next }} replace />
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
        <LiveProvider key={session.data.id}>{children}</LiveProvider>
      ) : session.error ? (
        <Failed error={session.error} onRetry={() => void session.refetch()} />
      ) : (
        <Loading lines={6} />
      )}
    </Shell>
  )
}
