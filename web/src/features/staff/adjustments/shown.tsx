import type { Schemas } from '@/api/client'
import { useProfile } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { UserId } from '@/ui/id'
import { Badge, Money } from '@/ui/shown'
import { texts } from './texts'

export type Adjustment = Schemas['Adjustment']
export type State = Adjustment['state']

export const STATES: readonly State[] = [
  'proposed',
  'approved',
  'applied',
  'failed',
  'rejected',
  'cancelled',
  'expired',
]

const TONES = {
  proposed: 'warning',
  approved: 'info',
  applied: 'good',
  failed: 'bad',
  rejected: 'bad',
  cancelled: 'neutral',
  expired: 'neutral',
} as const

export function StateBadge({ state }: { state: State }) {
  return <Badge tone={TONES[state]}>{useTexts(texts)[state]}</Badge>
}

/** What the user gets or gives. */
export function Change({ adjustment }: { adjustment: Adjustment }) {
  const { amount, scale, asset, direction } = adjustment
  return (
    <Money
      units={amount}
      scale={scale}
      asset={asset}
      sign={direction === 'credit' ? 'in' : 'out'}
    />
  )
}

/** One's own id in a word. */
export function Who({ id }: { id: string }) {
  const t = useTexts(texts)
  return useProfile().id === id ? t.you : <UserId id={id} />
}
