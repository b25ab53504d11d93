import { useQueryClient } from '@tanstack/react-query'
import { api, type Schemas } from '@/api/client'
import { usePermissions, useProfile } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { Section } from '@/ui/page'
import { ReasonField } from '@/ui/reason-field'
import { useToast } from '@/ui/toast'
import { Status } from './badges'
import { texts } from './texts'

/** Whether a user may move anything, and changing it. */
export function Access({ user }: { user: Schemas['AdminUserDetails'] }) {
  const t = useTexts(texts)
  const isOwn = useProfile().id === user.id
  const mayFreeze = usePermissions().has('users.freeze') && user.status !== 'deleted'
  const lead =
    user.status === 'frozen'
      ? t.access_frozen
      : user.status === 'deleted'
        ? t.access_deleted
        : t.access_active
  return (
    <Section title={t.access} lead={lead} actions={<Status status={user.status} />}>
      {mayFreeze &&
        (isOwn ? (
          <p className="muted">{t.own}</p>
        ) : (
          <div>
            {user.status === 'frozen' ? <Unfreeze id={user.id} /> : <Freeze id={user.id} />}
          </div>
        ))}
    </Section>
  )
}

function Freeze({ id }: { id: string }) {
  const t = useTexts(texts)
  const changed = useChanged(id)
  return (
    <Confirm
      label={t.freeze}
      look="danger"
      title={t.freeze_title}
      action={t.freeze}
      isDanger
      onConfirm={async ({ reason = '' }) => {
        await api.POST('/v1/admin/users/{id}/freeze', {
          params: { path: { id } },
          body: { reason },
        })
        await changed(t.frozen_now)
      }}
    >
      <p>{t.freeze_lead}</p>
      <ReasonField />
    </Confirm>
  )
}

function Unfreeze({ id }: { id: string }) {
  const t = useTexts(texts)
  const changed = useChanged(id)
  return (
    <Confirm
      label={t.unfreeze}
      title={t.unfreeze_title}
      action={t.unfreeze}
      onConfirm={async ({ reason = '' }) => {
        const params = { path: { id } }
        await api.POST('/v1/admin/users/{id}/unfreeze', { params, body: { reason } })
        await changed(t.unfrozen_now)
      }}
    >
      <p>{t.unfreeze_lead}</p>
      <ReasonField />
    </Confirm>
  )
}

function useChanged(id: string) {
  const client = useQueryClient()
  const toast = useToast()
  return async (said: string) => {
    await client.invalidateQueries({ queryKey: ['staff', 'user', id] })
    await client.invalidateQueries({ queryKey: ['staff', 'users'] })
    toast(said)
  }
}
