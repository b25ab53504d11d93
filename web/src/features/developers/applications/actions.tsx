import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { Rotate } from '@/ui/rotate'
import { useToast } from '@/ui/toast'
import { ALIASES, ApplicationFields } from './fields'
import { APPLICATIONS, type Application } from './queries'
import { SecretOnce } from './secret-once'
import { texts } from './texts'
import { useChecked } from './use-checked'

type ActionsProps = { application: Application; etag: string }

/** Change it, replace its secret, take it away. */
export function ApplicationActions({ application, etag }: ActionsProps) {
  return (
    <div className="row">
      <Edit application={application} etag={etag} />
      {application.kind === 'confidential' && <ReplaceSecret application={application} />}
      <Remove application={application} />
    </div>
  )
}

function Edit({ application, etag }: ActionsProps) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const checked = useChecked()
  return (
    <Confirm
      label={t.edit}
      title={t.edit}
      action={t.save}
      aliases={ALIASES}
      onConfirm={async (values) => {
        const params = { path: { id: application.id }, header: { 'If-Match': etag } }
        const given = checked(values)
        await api.PATCH('/v1/oauth/applications/{id}', { params, body: given })
        await client.invalidateQueries({ queryKey: APPLICATIONS })
        toast(t.saved)
      }}
    >
      <ApplicationFields application={application} />
    </Confirm>
  )
}

function ReplaceSecret({ application: { id, name } }: { application: Application }) {
  const t = useTexts(texts)
  const client = useQueryClient()
  const [secret, setSecret] = useState<string | null>(null)
  return (
    <>
      <Rotate
        label={t.replace}
        title={t.replace_title(name)}
        lead={t.replace_text}
        overlap={t.overlap}
        onRotate={async (given) => {
          const params = { path: { id } }
          const { client_secret: made } = await body(
            api.POST('/v1/oauth/applications/{id}/rotate-secret', { params, body: given }),
          )
          setSecret(made ?? null)
          await client.invalidateQueries({ queryKey: APPLICATIONS })
        }}
      />
      <SecretOnce title={t.rotated} secret={secret} onClose={() => setSecret(null)} />
    </>
  )
}

function Remove({ application: { id, name } }: { application: Application }) {
  const t = useTexts(texts)
  const toast = useToast()
  const navigate = useNavigate()
  const client = useQueryClient()
  return (
    <Confirm
      label={t.delete}
      title={t.delete_title(name)}
      action={t.delete}
      isDanger
      onConfirm={async () => {
        await api.DELETE('/v1/oauth/applications/{id}', { params: { path: { id } } })
        await navigate({ to: '/developers/applications' })
        client.removeQueries({ queryKey: [...APPLICATIONS, 'one', id] })
        await client.invalidateQueries({ queryKey: APPLICATIONS })
        toast(t.deleted)
      }}
    >
      <p>{t.delete_text}</p>
    </Confirm>
  )
}
