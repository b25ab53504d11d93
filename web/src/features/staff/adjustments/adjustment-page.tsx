import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { usePermissions } from '@/lib/session'
import { useUser } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { Guarded, Recorded } from '@/ui/guarded'
import { Id } from '@/ui/id'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { nameOf, When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { Step, Timeline } from '@/ui/timeline'
import { Decision } from './decision'
import { type Adjustment, Change, StateBadge } from './shown'
import { texts } from './texts'

const SETTLING_MS = 2_000

/** One adjustment: what it is, who was at work, and what can be decided now. */
export default function AdjustmentPage() {
  const t = useTexts(texts)
  const { id = '' } = useParams({ strict: false })
  const query = useQuery({
    queryKey: ['staff', 'adjustments', 'one', id],
    queryFn: () => body(api.GET('/v1/admin/adjustments/{id}', { params: { path: { id } } })),
    enabled: usePermissions().has('adjustments.read'),
    refetchInterval: ({ state }) => (state.data?.state === 'approved' ? SETTLING_MS : false),
  })
  return (
    <Guarded permission="adjustments.read" title={t.one}>
      <Page
        title={t.one}
        back={{ to: '/staff/adjustments', label: t.title }}
        actions={query.data && <StateBadge state={query.data.state} />}
      >
        <Loaded query={query} lines={6}>
          {(adjustment) => (
            <>
              <AdjustmentFacts adjustment={adjustment} />
              <Steps adjustment={adjustment} />
              <Decision adjustment={adjustment} />
            </>
          )}
        </Loaded>
        <Recorded />
      </Page>
    </Guarded>
  )
}

type Props = { adjustment: Adjustment }

function AdjustmentFacts({ adjustment }: Props) {
  const t = useTexts(texts)
  const { id, user, account, reason, reference, transfer, reverses } = adjustment
  return (
    <Section>
      <Facts>
        <Fact name={t.amount}>
          <Change adjustment={adjustment} />
        </Fact>
        <Fact name={t.user}>
          <UserName id={user} />
        </Fact>
        <Fact name={t.direction}>{t[adjustment.direction]}</Fact>
        <Fact name={t.reason}>{reason}</Fact>
        {reference && <Fact name={t.reference}>{reference}</Fact>}
        {adjustment.state === 'proposed' && (
          <Fact name={t.deadline}>
            <When at={adjustment.expires_at} />
          </Fact>
        )}
        <Fact name={t.account}>
          <Id id={account} />
        </Fact>
        {transfer && (
          <Fact name={t.transfer}>
            <Id id={transfer} />
          </Fact>
        )}
        {reverses && (
          <Fact name={t.reverses}>
            <Id id={reverses} link={{ to: '/staff/adjustments/$id', params: { id: reverses } }} />
          </Fact>
        )}
        <Fact name={t.one}>
          <Id id={id} />
        </Fact>
      </Facts>
    </Section>
  )
}

function UserName({ id }: { id: string }) {
  const { data } = useUser(id)
  return (
    <>
      <Link to="/staff/users/$id" params={{ id }}>
        {data ? nameOf(data) : '…'}
      </Link>{' '}
      <Id id={id} />
    </>
  )
}

function Steps({ adjustment }: Props) {
  const t = useTexts(texts)
  const { state, decided_by, decided_at, decision_reason, settled_at, failure } = adjustment
  const proposer = useUser(adjustment.proposed_by).data
  const decider = useUser(decided_by).data
  const isRejected = state === 'rejected'
  return (
    <Section title={t.steps}>
      <Timeline label={t.steps}>
        <Step>
          {t.step_proposed(nameOf(proposer))}
          <Moment at={adjustment.proposed_at} />
        </Step>
        {state === 'proposed' && <Step tone="waiting">{t.step_deciding}</Step>}
        {state === 'cancelled' && <Step tone="bad">{t.step_cancelled}</Step>}
        {state === 'expired' && <Step tone="bad">{t.step_expired}</Step>}
        {decided_by && decided_at && (
          <Step tone={isRejected ? 'bad' : 'done'}>
            {(isRejected ? t.step_rejected : t.step_approved)(nameOf(decider))}
            {decision_reason && `: ${decision_reason}`}
            <Moment at={decided_at} />
          </Step>
        )}
        {state === 'approved' && <Step tone="waiting">{t.step_moving}</Step>}
        {settled_at && (
          <Step tone={failure ? 'bad' : 'done'}>
            {failure ? t.step_failed(failure) : t.step_applied}
            <Moment at={settled_at} />
          </Step>
        )}
      </Timeline>
    </Section>
  )
}

function Moment({ at }: { at: string }) {
  return (
    <div className="muted">
      <When at={at} />
    </div>
  )
}
