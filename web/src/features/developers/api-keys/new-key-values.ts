import type { Schemas } from '@/api/client'
import type { Values } from '@/ui/form'

/** What the form's fields say, as the API takes it. */
export function asNewKey(values: Values, now: Date): Schemas['NewApiKey'] {
  const scopes = Object.entries(values)
    .filter(([name]) => name.startsWith('scope:'))
    .map(([, scope]) => scope)
  const networks = (values.allowed_ips ?? '').split(/[\s,]+/).filter(Boolean)
  return {
    name: (values.name ?? '').trim(),
    scopes,
    expires_at: values.days ? endOfDay(now, Number(values.days)) : null,
    ...(networks.length > 0 ? { allowed_ips: networks } : {}),
  }
}

/** The end of a day to come, in UTC. Another try on the same day asks for the very same. */
function endOfDay(now: Date, days: number): string {
  const end = new Date(now)
  end.setUTCHours(24 * (days + 1), 0, 0, 0)
  return end.toISOString()
}
