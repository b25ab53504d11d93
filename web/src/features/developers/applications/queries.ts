import { useQuery } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'

export type Application = Schemas['Application']
export type GrantType = Schemas['ApplicationGrantType']
export type Kind = Schemas['ApplicationKind']

/** Events about one's security concern these, too. */
export const APPLICATIONS = ['security', 'applications']

export function useApplications() {
  return useQuery({
    queryKey: [...APPLICATIONS, 'list'],
    queryFn: () => body(api.GET('/v1/oauth/applications')),
  })
}

/** With its version, which changes are based on. */
export function useApplication(id: string) {
  return useQuery({
    queryKey: [...APPLICATIONS, 'one', id],
    queryFn: async () => {
      const params = { path: { id } }
      const { data, response } = await api.GET('/v1/oauth/applications/{id}', { params })
      return { application: data as Application, etag: response.headers.get('etag') ?? '' }
    },
  })
}
