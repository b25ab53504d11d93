import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, body } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Fact, Facts, Section } from '@/ui/page'
import { Rotate } from '@/ui/rotate'
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
        <Replace webhook={webhook} onRotated={setSecret} />
      </div>
      <SecretShown secret={secret} onClose={() => setSecret(null)} />
    </Section>
  )
}

type ReplaceProps = { webhook: Webhook; onRotated: (secret: string) => void }

function Replace({ webhook, onRotated }: ReplaceProps) {
  const t = useTexts(texts)
  const client = useQueryClient()
  return (
    <Rotate
      label={t.rotate}
      title={t.rotate}
      lead={t.rotate_text}
      overlap={t.overlap}
      onRotate={async (given, header) => {
        const params = { path: { id: webhook.id }, header }
        const { secret } = await body(
          api.POST('/v1/notifications/webhooks/{id}/rotate-secret', { params, body: given }),
        )
        onRotated(secret)
        await client.invalidateQueries({ queryKey: ['webhooks'] })
      }}
    />
  )
}
