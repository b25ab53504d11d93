import type { Filters } from '@/lib/filters'
import { momentOf } from '@/lib/staff'

export const FILTERS = ['actor', 'kind', 'subject', 'action', 'from', 'before'] as const
export const ACTOR_KINDS = ['user', 'api_key', 'operator', 'system', 'anonymous'] as const

export type AuditFilters = Filters<(typeof FILTERS)[number]>

/** The filters as the API takes them. Moments are typed in the reader's time zone. */
export function queryOf({ actor, kind, subject, action, from, before }: AuditFilters) {
  return {
    'filter[actor]': actor,
    'filter[actor_kind]': ACTOR_KINDS.find((it) => it === kind),
    'filter[subject]': subject,
    'filter[action]': action,
    'filter[from]': momentOf(from),
    'filter[before]': momentOf(before),
  }
}
