import { Outlet, useParams } from '@tanstack/react-router'
import { usePermissions } from '@/lib/session'
import { useUser } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { Guarded, Recorded } from '@/ui/guarded'
import { Page } from '@/ui/page'
import { nameOf } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { Tabs } from '@/ui/tabs'
import { Status } from './badges'
import { texts } from './texts'

/** Around everything about one user. Each part is looked at, and recorded, for itself. */
export default function UserPage() {
  const t = useTexts(texts)
  const { id = '' } = useParams({ strict: false })
  const permissions = usePermissions()
  const query = useUser(permissions.has('users.read') ? id : null)
  const params = { id }
  const tabs = [
    { to: '/staff/users/$id', params, label: t.overview },
    ...(permissions.has('limits.write')
      ? [{ to: '/staff/users/$id/limits', params, label: t.limits } as const]
      : []),
    { to: '/staff/users/$id/sessions', params, label: t.sessions },
    { to: '/staff/users/$id/timeline', params, label: t.timeline },
  ] as const
  return (
    <Guarded permission="users.read" title={t.user}>
      <Page
        title={query.data ? nameOf(query.data) : t.user}
        lead={query.data?.email}
        back={{ to: '/staff/users', label: t.title }}
        actions={query.data && <Status status={query.data.status} />}
      >
        <Loaded query={query} lines={6}>
          {() => (
            <>
              <Tabs label={t.parts} tabs={tabs} />
              <Outlet />
            </>
          )}
        </Loaded>
        <Recorded />
      </Page>
    </Guarded>
  )
}
