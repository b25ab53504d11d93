import type { ComponentProps } from 'react'
import { useTexts } from '@/lib/text'
import { Badge } from '@/ui/shown'
import { returnTexts } from './return-texts'
import type { ReturnState } from './returns'

const TONES: Readonly<Record<string, ComponentProps<typeof Badge>['tone']>> = {
  requested: 'warning',
  approving: 'info',
  approved: 'info',
  rejected: 'bad',
  receiving: 'info',
  received: 'good',
  closed: 'neutral',
}

/** Where a return is. */
export function ReturnStatus({ is }: { is: ReturnState }) {
  return <Badge tone={TONES[is]}>{useTexts(returnTexts)[`r_${is}`]}</Badge>
}
