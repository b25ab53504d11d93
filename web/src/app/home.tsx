import { lazy, Suspense } from 'react'
import { Landing } from '@/features/landing/landing'
import { PageLoading } from './edges'
import { WithSession } from './signed-in'

const Overview = lazy(() => import('@/features/wallet/overview/page'))

/** The start page: one's own things, or what this is. */
export function Home() {
  return (
    <WithSession otherwise={<Landing />}>
      <Suspense fallback={<PageLoading />}>
        <Overview />
      </Suspense>
    </WithSession>
  )
}
