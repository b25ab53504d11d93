import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, body } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/confirm'
import { SelectField } from '@/ui/fields'
import { Fact, Facts, Section } from '@/ui/page'
import { When } from '@/ui/shown'
import { Failed } from '@/ui/states'
import type { Webhook } from './queries'
import { SecretShown } from './secret-shown'
import { texts } from './texts'

/** The secret that signs messages: see it again, or replace it. */
export function Secret({ webhook }: { webhook: Webhook }) {
  const t = useTexts(texts)
  const [secret, setSecret] = useState<string | null>(null)
  const [error, setError] = useState<unknown>(null)
  const show = () => {
    setError(null)
    const params = { path: { id: webhook.id } }
    return body(api.GET('/v1/notifications/webhooks/{id}/secret', { params }))
      .then((shown) => setSecret(shown.secret))
      .catch(setError)
  }
  return (
    <Section title={t.secret} lead={t.secret_lead}>
      <Facts>
        <Fact name={t.secret_made}>
          <When at={webhook.secret_made_at} />
        </Fact>
        {webhook.secret_overlap_until && (
          <Fact name={t.secret_overlap}>
            <When at={webhook.secret_overlap_until} />
          </Fact>
        )}
      </Facts>
      {error !== null && <Failed error={error} />}
      <div className="row">
        <Button look="secondary" small onClick={() => void show()}>
          {t.secret_show}
        </Button>
        <Rotate webhook={webhook} onRotated={setSecret} />
      </div>
      <SecretShown secret={secret} onClose={() => setSecret(null)} />
    </Section>
  )
}

function Rotate({ webhook, onRotated }: { webhook: Webhook; onRotated: (secret: string) => void }) {
  const t = useTexts(texts)
  const client = useQueryClient()
  const once = useIdempotencyKey()
  return (
    <Confirm
      label={t.rotate}
      title={t.rotate}
      action={t.rotate}
      onConfirm={async ({ overlap }) => {
        const given = { overlap_s: Number(overlap) }
        const path = { id: webhook.id }
        const { secret } = await once.send(given, (header) =>
          body(
            api.POST('/v1/notifications/webhooks/{id}/rotate-secret', {
              params: { path, header },
              body: given,
            }),
          ),
        )
        onRotated(secret)
        await client.invalidateQueries({ queryKey: ['webhooks'] })
      }}
    >
      <p>{t.rotate_text}</p>
      <SelectField
        name="overlap"
        label={t.overlap}
        defaultValue="86400"
        choices={[
          { value: '0', label: t.overlap_none },
          { value: '3600', label: t.overlap_hour },
          { value: '86400', label: t.overlap_day },
          { value: '604800', label: t.overlap_week },
        ]}
      />
    </Confirm>
  )
}
