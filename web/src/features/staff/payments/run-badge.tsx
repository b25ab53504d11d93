import type { Schemas } from '@/api/client'
import { useLanguage, useTexts } from '@/lib/text'
import { Badge } from '@/ui/shown'
import { texts } from './texts'

/** What came of a run, in a word. */
export function RunBadge({ run }: { run: Schemas['Reconciliation'] }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  if (run.status === 'running') return <Badge tone="info">{t.running}</Badge>
  if (run.status === 'failed') return <Badge tone="bad">{t.failed}</Badge>
  if (run.differences === 0) return <Badge tone="good">{t.agrees}</Badge>
  return <Badge tone="warning">{t.differ(run.differences, language)}</Badge>
}
