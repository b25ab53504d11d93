import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api, body, type Schemas } from '@/api/client'
import { deviceOf } from '@/lib/device'
import { usePermissions, useProfile } from '@/lib/session'
import { SEEN } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { Id } from '@/ui/id'
import { Section } from '@/ui/page'
import { ReasonField } from '@/ui/reason-field'
import { Records } from '@/ui/records'
import { When } from '@/ui/shown'
import { Empty, Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { texts } from './texts'

/** Where a user is signed in. */
export default function UserSessionsPage() {
  const t = useTexts(texts)
  const { id = '' } = useParams({ strict: false })
  const query = useQuery({
    queryKey: ['staff', 'user', id, 'sessions'],
    queryFn: () => body(api.GET('/v1/admin/users/{id}/sessions', { params: { path: { id } } })),
    ...SEEN,
  })
  const isOwn = useProfile().id === id
  const mayEnd = usePermissions().has('users.freeze') && Boolean(query.data?.data.length)
  return (
    <Section
      title={t.sessions}
      lead={mayEnd && isOwn ? `${t.sessions_lead} ${t.own}` : t.sessions_lead}
      actions={mayEnd && !isOwn && <EndAll id={id} />}
    >
      <Loaded query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title={t.sessions_none}>{t.sessions_none_more}</Empty>
          ) : (
            <Sessions sessions={data} />
          )
        }
      </Loaded>
    </Section>
  )
}

function Sessions({ sessions }: { sessions: readonly Schemas['AdminSession'][] }) {
  const t = useTexts(texts)
  return (
    <Records
      label={t.sessions}
      items={sessions}
      keyOf={(session) => session.id}
      columns={[
        {
          name: t.device,
          cell: ({ device, user_agent }) => (
            <span title={user_agent ?? undefined}>
              {device ?? deviceOf(user_agent) ?? t.unknown_device}
            </span>
          ),
        },
        { name: t.ip, cell: (session) => session.ip },
        {
          name: t.via,
          cell: (session) => (session.transport === 'cookie' ? t.cookie : t.token),
        },
        { name: t.began, cell: (session) => <When at={session.created_at} /> },
        { name: t.last_used, cell: (session) => <When at={session.last_used_at} /> },
        { name: t.ends, cell: (session) => <When at={session.expires_at} style="date" /> },
        { name: t.id, cell: (session) => <Id id={session.id} /> },
      ]}
    />
  )
}

function EndAll({ id }: { id: string }) {
  const t = useTexts(texts)
  const client = useQueryClient()
  const toast = useToast()
  return (
    <Confirm
      label={t.end_all}
      look="danger"
      title={t.end_title}
      action={t.end_all}
      isDanger
      onConfirm={async ({ reason = '' }) => {
        const { ended } = await body(
          api.POST('/v1/admin/users/{id}/end-sessions', {
            params: { path: { id } },
            body: { reason },
          }),
        )
        await client.invalidateQueries({ queryKey: ['staff', 'user', id] })
        toast(t.ended(ended))
      }}
    >
      <p>{t.end_lead}</p>
      <ReasonField />
    </Confirm>
  )
}
