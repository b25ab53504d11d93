import { useTexts } from '@/lib/text'
import { Badge } from '@/ui/shown'
import type { Import } from './file'
import { texts } from './texts'

const TONES = {
  uploading: 'info',
  waiting: 'info',
  running: 'info',
  done: 'good',
  failed: 'bad',
} as const

/** How far an import is. */
export function ImportStatus({ is }: { is: Import['status'] }) {
  return <Badge tone={TONES[is]}>{useTexts(texts)[`s_${is}`]}</Badge>
}

export function isUnderWay({ status }: Pick<Import, 'status'>): boolean {
  return status !== 'done' && status !== 'failed'
}
