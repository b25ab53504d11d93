import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { describeProblem } from '@/lib/problem-texts'
import { useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/confirm'
import { useToast } from '@/ui/toast'
import { KIND_ALIASES, WebhookFields } from './fields'
import { kindsOf } from './kinds'
import type { Webhook } from './queries'
import { texts } from './texts'

/** Try it, change it, switch it, take it away. */
export function WebhookActions({ webhook }: { webhook: Webhook }) {
  const t = useTexts(texts)
  const test = useTest(webhook)
  const turn = useSwitch(webhook)
  return (
    <div className="row">
      {webhook.is_enabled && (
        <Button small busy={test.isPending} onClick={() => test.mutate()}>
          {t.test}
        </Button>
      )}
      <Button
        look={webhook.is_enabled ? 'secondary' : 'primary'}
        small
        busy={turn.isPending}
        onClick={() => turn.mutate()}
      >
        {webhook.is_enabled ? t.disable : t.enable}
      </Button>
      <Edit webhook={webhook} />
      <Remove webhook={webhook} />
    </div>
  )
}

function useTest({ id }: Webhook) {
  const t = useTexts(texts)
  const once = useIdempotencyKey()
  return useAct(t.tested, () =>
    once.send(id, (header) =>
      api.POST('/v1/notifications/webhooks/{id}/test', { params: { path: { id }, header } }),
    ),
  )
}

function useSwitch({ id, is_enabled: isOn }: Webhook) {
  const t = useTexts(texts)
  const params = { path: { id } }
  return useAct(isOn ? t.disabled : t.enabled, () =>
    isOn
      ? api.POST('/v1/notifications/webhooks/{id}/disable', { params })
      : api.POST('/v1/notifications/webhooks/{id}/enable', { params }),
  )
}

/** Does it, says so, and reads anew what it has changed. */
function useAct(done: string, act: () => Promise<unknown>) {
  const toast = useToast()
  const { language } = useLanguage()
  const client = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: () => toast(done),
    onError: (error) => toast(describeProblem(error, language)),
    onSettled: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
  })
}

function Edit({ webhook }: { webhook: Webhook }) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  return (
    <Confirm
      label={t.edit}
      title={t.edit}
      action={t.save}
      aliases={KIND_ALIASES}
      onConfirm={async (values) => {
        await body(
          api.PATCH('/v1/notifications/webhooks/{id}', {
            params: { path: { id: webhook.id }, header: { 'If-Match': `"${webhook.version}"` } },
            body: {
              url: (values.url ?? '').trim(),
              description: values.description?.trim() || null,
              kinds: kindsOf(values),
            },
          }),
        )
        await client.invalidateQueries({ queryKey: ['webhooks'] })
        toast(t.saved)
      }}
    >
      <WebhookFields webhook={webhook} />
    </Confirm>
  )
}

function Remove({ webhook }: { webhook: Webhook }) {
  const t = useTexts(texts)
  const toast = useToast()
  const navigate = useNavigate()
  const client = useQueryClient()
  return (
    <Confirm
      label={t.remove}
      title={t.remove_title}
      action={t.remove}
      isDanger
      onConfirm={async () => {
        await api.DELETE('/v1/notifications/webhooks/{id}', {
          params: { path: { id: webhook.id } },
        })
        await navigate({ to: '/developers/webhooks' })
        client.removeQueries({ queryKey: ['webhooks', 'one', webhook.id] })
        await client.invalidateQueries({ queryKey: ['webhooks'] })
        toast(t.removed)
      }}
    >
      <p>{t.remove_text}</p>
    </Confirm>
  )
}
