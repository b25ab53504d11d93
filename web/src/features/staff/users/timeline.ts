import type { Schemas } from '@/api/client'

/** What is known of an item besides its kind depends on where it comes from. */
type Item = Pick<Schemas['TimelineItem'], 'source' | 'data'>

const PHASES = ['held', 'taken', 'released', 'expired', 'extended', 'moved'] as const
const ACTORS = ['user', 'api_key', 'operator', 'system', 'anonymous'] as const

export type Move = {
  amount: string
  scale: number
  asset: string
  isOut: boolean
  phase: (typeof PHASES)[number] | undefined
  /** A user, or the address of an account of the house. */
  other: string | undefined
}

/** What a transfer moved. */
export function moveOf({ source, data }: Item): Move | null {
  const { amount, scale, asset, direction, phase, other } = fieldsOf(data)
  if (source !== 'transfer' || typeof amount !== 'string' || typeof asset !== 'string') return null
  return {
    amount,
    scale: typeof scale === 'number' ? scale : 0,
    asset,
    isOut: direction === 'out',
    phase: PHASES.find((it) => it === phase),
    other: typeof other === 'string' ? other : undefined,
  }
}

export type Act = { kind: (typeof ACTORS)[number]; id: string; reason: string | undefined }

/** Who did what the audit log tells, and why. */
export function actOf({ source, data }: Item): Act | null {
  const { actor, reason } = fieldsOf(data)
  const { kind, id } = fieldsOf(actor)
  const known = ACTORS.find((it) => it === kind)
  if (source !== 'audit' || !known) return null
  return {
    kind: known,
    id: typeof id === 'string' ? id : '',
    reason: typeof reason === 'string' ? reason : undefined,
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
