import { useTexts } from '@/lib/text'
import { Badge } from '@/ui/shown'
import { texts } from './texts'

const TONES = { active: 'good', frozen: 'bad', deleted: 'neutral' } as const

export function Status({ status }: { status: string }) {
  const t = useTexts(texts)
  if (!(status in TONES)) return <Badge>{status}</Badge>
  const known = status as keyof typeof TONES
  return <Badge tone={TONES[known]}>{t[known]}</Badge>
}

/** The name of a role; one that this app doesn't know yet has the API's. */
export function useRoleName(): (role: string) => string {
  const t: Readonly<Record<string, unknown>> = useTexts(texts)
  return (role) => String(t[`role_${role}`] ?? role)
}

/** All roles but the one that everybody has. */
export function Roles({ roles }: { roles: readonly string[] }) {
  const nameOf = useRoleName()
  const special = roles.filter((role) => role !== 'user')
  return (
    <span className="row">
      {(special.length > 0 ? special : ['user']).map((role) => (
        <Badge key={role} tone={role === 'user' ? 'neutral' : 'info'}>
          {nameOf(role)}
        </Badge>
      ))}
    </span>
  )
}
