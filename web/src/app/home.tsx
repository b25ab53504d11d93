import { lazy, Suspense } from 'react'
import { Landing } from '@/features/landing/landing'
import { useIsDemoKnown } from '@/lib/demo'
import { useSession } from '@/lib/session'
import { PageLoading } from './edges'
import { WithSession } from './signed-in'

const Overview = lazy(() => import('@/features/wallet/overview/page'))

/** The start page: one's own things, or what this is. */
export function Home() {
  const session = useSession()
  const isDemoKnown = useIsDemoKnown()
  // A newcomer sees neither the app for a moment, nor a page that jumps.
  if (session.isPending || (session.data === null && !isDemoKnown)) return null
  return (
    <WithSession otherwise={<Landing />}>
      <Suspense fallback={<PageLoading />}>
        <Overview />
      </Suspense>
    </WithSession>
  )
}
