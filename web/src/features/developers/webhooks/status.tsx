import { useTexts } from '@/lib/text'
import { Badge } from '@/ui/shown'
import type { Webhook } from './queries'
import { texts } from './texts'

export function WebhookStatus({ webhook }: { webhook: Webhook }) {
  const t = useTexts(texts)
  if (!webhook.is_enabled) return <Badge>{t.off}</Badge>
  if (webhook.failing_since) return <Badge tone="warning">{t.failing}</Badge>
  return <Badge tone="good">{t.on}</Badge>
}
