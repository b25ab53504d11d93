import { lazy, Suspense } from 'react'
import { Landing } from '@/features/landing/landing'
import { useSession } from '@/lib/session'
import { PageLoading } from './edges'
import { WithSession } from './signed-in'

const Overview = lazy(() => import('@/features/wallet/overview/page'))

/** The start page: one's own things, or what this is. */
export function Home() {
  const session = useSession()
  // A newcomer doesn't see the app for a moment.
  if (session.isPending) return null
  return (
    <WithSession otherwise={<Landing />}>
      <Suspense fallback={<PageLoading />}>
        <Overview />
      </Suspense>
    </WithSession>
  )
}
