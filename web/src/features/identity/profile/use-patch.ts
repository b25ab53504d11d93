import { useQueryClient } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { hasCode } from '@/lib/problem'
import { type Profile, profileQuery } from '@/lib/session'

/** Changes the profile that is shown; if it isn't the newest any more, the newest is read. */
export function usePatch(profile: Profile) {
  const client = useQueryClient()
  return async (patch: Schemas['ProfilePatch']) => {
    try {
      const changed = await body(
        api.PATCH('/v1/identity/profile', {
          params: { header: { 'If-Match': `"${profile.version}"` } },
          body: patch,
        }),
      )
      client.setQueryData(profileQuery.queryKey, changed)
    } catch (error) {
      if (hasCode(error, 'identity.user.version_conflict')) {
        void client.invalidateQueries({ queryKey: profileQuery.queryKey })
      }
      throw error
    }
  }
}
