import { Outlet } from '@tanstack/react-router'
import { useSession } from '@/lib/session'
import { Failed, Loading } from '@/ui/states'
import { ToSignIn } from './signed-in'

/** Pages on which somebody decides one thing: they need a session, and nothing that distracts. */
export function Asked() {
  const session = useSession()
  if (session.data) return <Outlet />
  if (session.data === null) return <ToSignIn />
  if (session.error) return <Failed error={session.error} onRetry={() => void session.refetch()} />
  return <Loading lines={6} />
}
