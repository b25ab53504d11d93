import { useQueryClient } from '@tanstack/react-query'
import { api, body } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/confirm'
import { ReasonField } from '@/ui/reason-field'
import { useToast } from '@/ui/toast'
import { texts } from './texts'

export function Redrive({ id }: { id: string }) {
  const t = useTexts(texts)
  const changed = useChanged()
  const redrive = () =>
    api
      .POST('/v1/admin/jobs/{id}/redrive', { params: { path: { id } } })
      .then(() => changed(t.redriven))
      .catch(() => changed(t.redrive_failed))
  return (
    <Button look="secondary" small onClick={() => void redrive()}>
      {t.redrive}
    </Button>
  )
}

export function RedriveAll({ kind }: { kind: string }) {
  const t = useTexts(texts)
  const changed = useChanged()
  return (
    <Confirm
      label={t.redrive_all}
      title={t.redrive_all_title}
      action={t.redrive}
      onConfirm={async () => {
        const { redriven } = await body(api.POST('/v1/admin/jobs/redrive', { body: { kind } }))
        await changed(t.redriven_all(redriven))
      }}
    >
      <p>{t.redrive_all_lead(kind)}</p>
    </Confirm>
  )
}

export function Discard({ id }: { id: string }) {
  const t = useTexts(texts)
  const changed = useChanged()
  return (
    <Confirm
      label={t.discard}
      look="danger"
      title={t.discard_title}
      action={t.discard}
      isDanger
      onConfirm={async ({ reason = '' }) => {
        const params = { path: { id } }
        await api.POST('/v1/admin/jobs/{id}/discard', { params, body: { reason } })
        await changed(t.discarded)
      }}
    >
      <p>{t.discard_lead}</p>
      <ReasonField />
    </Confirm>
  )
}

function useChanged() {
  const client = useQueryClient()
  const toast = useToast()
  return async (said: string) => {
    toast(said)
    await client.invalidateQueries({ queryKey: ['staff', 'jobs'] })
  }
}
