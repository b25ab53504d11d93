import { useParams } from '@tanstack/react-router'
import { useTexts } from '@/lib/text'
import { Notice } from '@/ui/notice'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { WebhookActions } from './actions'
import { Deliveries } from './deliveries'
import { usePatternNames } from './fields'
import { type DisabledReason, useWebhook, type Webhook } from './queries'
import { Replay } from './replay'
import { Secret } from './secret'
import { WebhookStatus } from './status'
import { texts } from './texts'

/** One webhook: what it is, its secret, and what was sent. */
export default function WebhookPage() {
  const t = useTexts(texts)
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const query = useWebhook(id)
  const title = query.data?.description || t.about
  return (
    <Page title={title} back={{ to: '/developers/webhooks', label: t.back }}>
      <Loaded query={query} lines={8}>
        {(webhook) => (
          <>
            <About webhook={webhook} />
            <Deliveries webhook={webhook} />
            {webhook.is_enabled && <Replay webhook={webhook} />}
            <Secret webhook={webhook} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function About({ webhook }: { webhook: Webhook }) {
  const t = useTexts(texts)
  const names = usePatternNames()
  const reason = webhook.disabled_reason as DisabledReason | null | undefined
  return (
    <Section>
      {reason && (
        <Notice tone={reason === 'user' ? 'info' : 'warning'}>
          <p>
            {t[`disabled_${reason}`]} {t.disabled_hint}
          </p>
        </Notice>
      )}
      <Facts>
        <Fact name={t.url}>
          {webhook.url} <WebhookStatus webhook={webhook} />
        </Fact>
        <Fact name={t.kinds}>{webhook.kinds.map(names).join(', ')}</Fact>
        <Fact name={t.since}>
          <When at={webhook.created_at} />
        </Fact>
        {webhook.failing_since && (
          <Fact name={t.failing_since}>
            <When at={webhook.failing_since} />
          </Fact>
        )}
      </Facts>
      <WebhookActions webhook={webhook} />
    </Section>
  )
}
