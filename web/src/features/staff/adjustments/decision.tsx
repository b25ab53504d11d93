import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { usePermissions, useProfile } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { Notice } from '@/ui/notice'
import { Section } from '@/ui/page'
import { ReasonField } from '@/ui/reason-field'
import { useToast } from '@/ui/toast'
import type { Adjustment } from './shown'
import { texts } from './texts'

type Props = { adjustment: Adjustment }

/** What may be decided now, or why it can't be decided by whoever looks. */
export function Decision({ adjustment }: Props) {
  const t = useTexts(texts)
  const permissions = usePermissions()
  const own = useProfile().id
  const isOwnAccount = adjustment.user === own
  const isOwnProposal = adjustment.proposed_by === own
  const mayCreate = permissions.has('adjustments.create')
  if (adjustment.state === 'applied' && !adjustment.reverses && mayCreate) {
    return (
      <Section title={t.reverse} lead={isOwnAccount ? t.own_account : t.reverse_hint}>
        {!isOwnAccount && <Reverse adjustment={adjustment} />}
      </Section>
    )
  }
  if (adjustment.state !== 'proposed') return null
  return (
    <Section title={t.decision}>
      {isOwnAccount ? (
        <Notice tone="warning">{t.own_account}</Notice>
      ) : isOwnProposal ? (
        <>
          <Notice>{t.own_proposal}</Notice>
          {mayCreate && <Cancel adjustment={adjustment} />}
        </>
      ) : permissions.has('adjustments.approve') ? (
        <div className="row">
          <Approve adjustment={adjustment} />
          <Reject adjustment={adjustment} />
        </div>
      ) : (
        <Notice>{t.no_permission}</Notice>
      )}
    </Section>
  )
}

function Approve({ adjustment: { id } }: Props) {
  const t = useTexts(texts)
  const changed = useChanged()
  return (
    <Confirm
      label={t.approve}
      look="primary"
      title={t.approve_title}
      action={t.approve}
      onConfirm={async () => {
        const approved = await body(
          api.POST('/v1/admin/adjustments/{id}/approve', { params: { path: { id } } }),
        )
        const said = {
          applied: t.approved_now,
          failed: t.approved_failed,
          approved: t.approved_later,
        }
        await changed(said[approved.state as keyof typeof said] ?? t.approved_later)
      }}
    >
      <p>{t.approve_lead}</p>
    </Confirm>
  )
}

function Reject({ adjustment: { id } }: Props) {
  const t = useTexts(texts)
  const changed = useChanged()
  return (
    <Confirm
      label={t.reject}
      title={t.reject_title}
      action={t.reject}
      isDanger
      onConfirm={async ({ reason = '' }) => {
        const params = { path: { id } }
        await api.POST('/v1/admin/adjustments/{id}/reject', { params, body: { reason } })
        await changed(t.rejected_now)
      }}
    >
      <ReasonField />
    </Confirm>
  )
}

function Cancel({ adjustment: { id } }: Props) {
  const t = useTexts(texts)
  const changed = useChanged()
  return (
    <div>
      <Confirm
        label={t.cancel}
        title={t.cancel_title}
        action={t.cancel}
        isDanger
        onConfirm={async () => {
          await api.POST('/v1/admin/adjustments/{id}/cancel', { params: { path: { id } } })
          await changed(t.cancelled_now)
        }}
      >
        <p>{t.cancel_lead}</p>
      </Confirm>
    </div>
  )
}

function Reverse({ adjustment }: Props) {
  const t = useTexts(texts)
  const changed = useChanged()
  const navigate = useNavigate()
  const key = useIdempotencyKey()
  return (
    <div>
      <Confirm
        label={t.reverse}
        title={t.reverse_title}
        action={t.reverse}
        onConfirm={async ({ reason = '' }) => {
          const { id } = await key.send([adjustment.id, reason], (header) =>
            body(
              api.POST('/v1/admin/adjustments/{id}/reverse', {
                params: { path: { id: adjustment.id }, header },
                body: { reason },
              }),
            ),
          )
          await changed(t.sent)
          await navigate({ to: '/staff/adjustments/$id', params: { id } })
        }}
      >
        <p>{t.reverse_lead}</p>
        <ReasonField />
      </Confirm>
    </div>
  )
}

function useChanged() {
  const client = useQueryClient()
  const toast = useToast()
  return async (said: string) => {
    await client.invalidateQueries({ queryKey: ['staff', 'adjustments'] })
    await client.invalidateQueries({ queryKey: ['staff', 'user'] })
    toast(said)
  }
}
