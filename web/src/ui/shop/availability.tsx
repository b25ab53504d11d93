import type { Availability as Known } from '@/lib/shop'
import { useTexts } from '@/lib/text'
import { Badge } from '@/ui/shown'
import { texts } from './texts'

const TONES = {
  in_stock: 'good',
  low: 'warning',
  preorder: 'info',
  backorder: 'info',
  out_of_stock: 'neutral',
} as const

/** Whether something can be had. */
export function Availability({ is }: { is: Known }) {
  return <Badge tone={TONES[is]}>{useTexts(texts)[is]}</Badge>
}
