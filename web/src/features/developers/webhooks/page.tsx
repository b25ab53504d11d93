import { useQueryClient } from '@tanstack/react-query'
import { BookOpen, Plus } from 'lucide-react'
import { useState } from 'react'
import { api, body } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { Item, PagedList } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { Empty } from '@/ui/states'
import { DeveloperTabs } from '../tabs'
import { KIND_ALIASES, usePatternNames, WebhookFields } from './fields'
import { kindsOf } from './kinds'
import styles from './page.module.css'
import { WEBHOOKS, type Webhook } from './queries'
import { SecretShown } from './secret-shown'
import { WebhookStatus } from './status'
import { texts } from './texts'

/** By which messages are signed; it has libraries for most languages. */
const STANDARD = 'https://github.com/standard-webhooks/standard-webhooks'

/** Addresses to which events are posted. */
export default function WebhooksPage() {
  const t = useTexts(texts)
  const [secret, setSecret] = useState<string | null>(null)
  const pages = usePages(WEBHOOKS, (cursor) =>
    body(api.GET('/v1/notifications/webhooks', { params: { query: { cursor } } })),
  )
  return (
    <Page title={t.title} lead={t.lead}>
      <DeveloperTabs />
      <Section
        title={t.webhooks}
        lead={t.webhooks_lead}
        actions={<AddWebhook onAdded={setSecret} />}
      >
        <PagedList
          pages={pages}
          label={t.webhooks}
          empty={<Empty title={t.empty}>{t.empty_text}</Empty>}
        >
          {(webhook) => <WebhookItem key={webhook.id} webhook={webhook} />}
        </PagedList>
        <a href={STANDARD} className={styles.guide} target="_blank" rel="noreferrer">
          <BookOpen size={18} aria-hidden="true" /> {t.guide}
        </a>
      </Section>
      <SecretShown secret={secret} onClose={() => setSecret(null)} />
    </Page>
  )
}

function WebhookItem({ webhook }: { webhook: Webhook }) {
  const names = usePatternNames()
  return (
    <Item
      link={{ to: '/developers/webhooks/$id', params: { id: webhook.id } }}
      end={<WebhookStatus webhook={webhook} />}
    >
      <p className={styles.name}>{webhook.description || webhook.url}</p>
      {webhook.description && <p className={styles.note}>{webhook.url}</p>}
      <p className={styles.note}>{webhook.kinds.map(names).join(', ')}</p>
    </Item>
  )
}

function AddWebhook({ onAdded }: { onAdded: (secret: string) => void }) {
  const t = useTexts(texts)
  const client = useQueryClient()
  const once = useIdempotencyKey()
  return (
    <Confirm
      label={
        <>
          <Plus size={18} aria-hidden="true" /> {t.add}
        </>
      }
      title={t.add}
      action={t.add}
      aliases={KIND_ALIASES}
      onConfirm={async (values) => {
        const given = {
          url: (values.url ?? '').trim(),
          description: values.description?.trim() || null,
          kinds: kindsOf(values),
        }
        const { secret } = await once.send(given, (header) =>
          body(api.POST('/v1/notifications/webhooks', { params: { header }, body: given })),
        )
        onAdded(secret)
        await client.invalidateQueries({ queryKey: WEBHOOKS })
      }}
    >
      <WebhookFields />
    </Confirm>
  )
}
