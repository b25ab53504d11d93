import { lazyRouteComponent } from '@tanstack/react-router'
import { Landing } from '@/features/landing/landing'
import { WithSession } from './signed-in'

const Overview = lazyRouteComponent(() => import('@/features/wallet/overview/page'))

/** The start page: one's own things, or what this is. */
export function Home() {
  return (
    <WithSession otherwise={<Landing />}>
      <Overview />
    </WithSession>
  )
}
