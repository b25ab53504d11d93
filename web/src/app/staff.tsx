import { Outlet } from '@tanstack/react-router'
import { usePermissions, useProfile } from '@/lib/session'
import { Loading } from '@/ui/states'
import { NotFound } from './edges'
import { isStaff } from './navigation'

/** Pages of the house don't exist for anybody else; the server refuses what they ask for, too. */
export function Staff() {
  const roles = useProfile().roles
  const permissions = usePermissions()
  if (!isStaff(roles)) return <NotFound />
  return permissions.size > 0 ? <Outlet /> : <Loading />
}
