import { Link, useNavigate } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { useProviders } from '@/lib/payments'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { SelectField } from '@/ui/fields'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { RunBadge } from './run-badge'
import { PaymentsTabs } from './tabs'
import { texts } from './texts'

/** Whether providers and the books agree: each run, the newest first. */
export default function ReconciliationsPage() {
  const t = useTexts(texts)
  return (
    <Guarded permission="payments.manage" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <PaymentsTabs />
        <Section title={t.reconciliations} lead={t.runs_lead} actions={<Start />}>
          <Runs />
        </Section>
      </Page>
    </Guarded>
  )
}

function Runs() {
  const t = useTexts(texts)
  const pages = usePages(['staff', 'payments', 'reconciliations'], (cursor) =>
    body(api.GET('/v1/payments/reconciliations', { params: { query: { cursor } } })),
  )
  return (
    <PagedRecords
      pages={pages}
      label={t.reconciliations}
      keyOf={({ id }) => id}
      empty={<Empty title={t.no_runs}>{t.no_runs_more}</Empty>}
      columns={[
        {
          name: t.at,
          cell: ({ id, created_at }) => (
            <Link to="/staff/payments/reconciliations/$id" params={{ id }}>
              <When at={created_at} />
            </Link>
          ),
        },
        { name: t.provider, cell: ({ provider }) => provider },
        { name: t.result, cell: (run) => <RunBadge run={run} /> },
        { name: t.entries, cell: ({ entries }) => entries, isEnd: true },
      ]}
    />
  )
}

const HOUR_S = 3_600
const GRACES = ['0', `${HOUR_S}`, `${24 * HOUR_S}`] as const

/** Compares now, and leads to what comes of it. */
function Start() {
  const t = useTexts(texts)
  const navigate = useNavigate()
  const idempotency = useIdempotencyKey()
  const providers = useProviders().data ?? []
  const names: Record<(typeof GRACES)[number], string> = {
    0: t.grace_none,
    3600: t.grace_hour,
    86400: t.grace_day,
  }
  return (
    <Confirm
      label={t.start}
      look="primary"
      title={t.start_title}
      action={t.start}
      onConfirm={async ({ provider, grace_s }) => {
        const content = { provider, grace_s: Number(grace_s) }
        const { id } = await idempotency.send(content, (header) =>
          body(api.POST('/v1/payments/reconciliations', { params: { header }, body: content })),
        )
        await navigate({ to: '/staff/payments/reconciliations/$id', params: { id } })
      }}
    >
      <p>{t.start_text}</p>
      <SelectField
        name="provider"
        label={t.provider}
        choices={providers.map(({ name }) => ({ value: name, label: name }))}
      />
      <SelectField
        name="grace_s"
        label={t.grace}
        hint={t.grace_hint}
        defaultValue={`${HOUR_S}`}
        choices={GRACES.map((value) => ({ value, label: names[value] }))}
      />
    </Confirm>
  )
}
