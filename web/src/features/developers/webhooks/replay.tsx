import { useQueryClient } from '@tanstack/react-query'
import { api, body } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Submit } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import { FieldErrors, Form, FormActions } from '@/ui/form'
import { Section } from '@/ui/page'
import { useToast } from '@/ui/toast'
import type { Webhook } from './queries'
import { texts } from './texts'

/** Has events sent again, from a position of the log to its end. */
export function Replay({ webhook }: { webhook: Webhook }) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  return (
    <Section title={t.replay} lead={t.replay_lead}>
      <Form
        onSubmit={async ({ after_sequence: after = '' }) => {
          if (!/^\d{1,15}$/.test(after.trim()))
            throw new FieldErrors({ after_sequence: t.after_bad })
          toast(t.replayed(await replayAll(webhook.id, Number(after))))
          await client.invalidateQueries({ queryKey: ['webhooks'] })
        }}
      >
        <TextField
          name="after_sequence"
          label={t.after}
          hint={t.after_hint}
          inputMode="numeric"
          autoComplete="off"
          defaultValue="0"
        />
        <FormActions>
          <Submit look="secondary">{t.replay_action}</Submit>
        </FormActions>
      </Form>
    </Section>
  )
}

/** One call takes up to a thousand events, so it takes as many calls as the log needs. */
async function replayAll(id: string, from: number): Promise<number> {
  let after = from
  let queued = 0
  while (true) {
    const part = await body(
      api.POST('/v1/notifications/webhooks/{id}/replay', {
        params: { path: { id } },
        body: { after_sequence: after },
      }),
    )
    queued += part.queued
    if (part.is_complete || part.last_sequence <= after) return queued
    after = part.last_sequence
  }
}
