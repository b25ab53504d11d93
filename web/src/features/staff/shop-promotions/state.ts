import type { Schemas } from '@/api/client'

type Timed = Pick<Schemas['Promotion'], 'is_active' | 'starts_at' | 'ends_at'>

/** Whether a promotion holds at a moment. */
export function stateOf({ is_active, starts_at, ends_at }: Timed, now: Date) {
  if (!is_active) return 'stopped'
  if (starts_at && new Date(starts_at) > now) return 'upcoming'
  return ends_at && new Date(ends_at) <= now ? 'over' : 'running'
}
