import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api, body, type Schemas } from '@/api/client'
import { usePermissions } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Guarded } from '@/ui/guarded'
import { Id } from '@/ui/id'
import { Notice } from '@/ui/notice'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { Records } from '@/ui/records'
import { Badge, Money, When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { Differences } from './differences'
import { RunBadge } from './run-badge'
import { texts } from './texts'

type Run = Schemas['Reconciliation']
const ASK_MS = 2_000

/** One run: what both sides say in sum, and one by one where they differ. */
export default function ReconciliationPage() {
  const t = useTexts(texts)
  const { id = '' } = useParams({ strict: false })
  const query = useQuery({
    queryKey: ['staff', 'payments', 'reconciliations', 'one', id],
    queryFn: () => body(api.GET('/v1/payments/reconciliations/{id}', { params: { path: { id } } })),
    enabled: usePermissions().has('payments.manage'),
    refetchInterval: ({ state }) => (state.data?.status === 'running' ? ASK_MS : false),
  })
  return (
    <Guarded permission="payments.manage" title={t.run}>
      <Page
        title={t.run}
        back={{ to: '/staff/payments/reconciliations', label: t.reconciliations }}
        actions={query.data && <RunBadge run={query.data} />}
      >
        <Loaded query={query} lines={6}>
          {(run) => (
            <>
              <RunFacts run={run} />
              {run.balances.length > 0 && <Balances run={run} />}
              {run.status === 'completed' && <Differences run={run} />}
            </>
          )}
        </Loaded>
      </Page>
    </Guarded>
  )
}

function RunFacts({ run }: { run: Run }) {
  const t = useTexts(texts)
  const { id, provider, entries, grace_s, failure, created_at, finished_at } = run
  return (
    <Section>
      {run.status === 'running' && <Notice>{t.running_lead}</Notice>}
      {failure && <Notice tone="bad">{t.failed_lead(failure.code)}</Notice>}
      <Facts>
        <Fact name={t.provider}>{provider}</Fact>
        <Fact name={t.at}>
          <When at={created_at} />
        </Fact>
        {finished_at && (
          <Fact name={t.finished}>
            <When at={finished_at} />
          </Fact>
        )}
        <Fact name={t.entries}>{entries}</Fact>
        <Fact name={t.grace}>{t.minutes(Math.round(grace_s / 60))}</Fact>
        <Fact name={t.run}>
          <Id id={id} />
        </Fact>
      </Facts>
    </Section>
  )
}

function Balances({ run }: { run: Run }) {
  const t = useTexts(texts)
  return (
    <Section title={t.balances} lead={t.balances_lead}>
      <Records
        label={t.balances}
        items={run.balances}
        keyOf={({ asset }) => asset}
        columns={[
          { name: t.asset, cell: ({ asset }) => asset },
          { name: t.ours, cell: (it) => <Money {...it} units={it.ours} />, isEnd: true },
          { name: t.theirs, cell: (it) => <Money {...it} units={it.theirs} />, isEnd: true },
          {
            name: t.result,
            cell: ({ ours, theirs }) =>
              ours === theirs ? (
                <Badge tone="good">{t.agrees}</Badge>
              ) : (
                <Badge tone="warning">{t.differs}</Badge>
              ),
          },
        ]}
      />
    </Section>
  )
}
