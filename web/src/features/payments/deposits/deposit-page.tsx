import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { Money, When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { Headline } from '@/ui/wallet/headline'
import { NextStep } from './provider'
import { RefundButton, Refunds } from './refunds'
import { CardName, type Deposit, DepositBadge } from './shown'
import { texts } from './texts'

/** One deposit; it follows along as the provider decides. */
export default function DepositPage() {
  const t = useTexts(texts)
  const { id } = useParams({ strict: false }) as { id: string }
  const deposit = useQuery({
    queryKey: ['deposits', 'one', id],
    queryFn: () => body(api.GET('/v1/payments/deposits/{id}', { params: { path: { id } } })),
  })
  return (
    <Page title={t.title} back={{ to: '/payments', label: t.back }} narrow>
      <Loaded query={deposit} lines={6}>
        {(found) => (
          <>
            <Section>
              <State deposit={found} />
              <Actions deposit={found} />
            </Section>
            <Details deposit={found} />
            {found.refunded !== '0' && <Refunds deposit={found} />}
          </>
        )}
      </Loaded>
    </Page>
  )
}

function State({ deposit }: { deposit: Deposit }) {
  const t = useTexts(texts)
  const { amount, scale, asset, status, failure, dispute } = deposit
  return (
    <>
      <Headline
        amount={<Money units={amount} scale={scale} asset={asset} />}
        badge={<DepositBadge status={status} />}
        meaning={t[`m_${status}`]}
      />
      {failure && (
        <Notice tone="bad">
          <Failure code={failure.code} />
        </Notice>
      )}
      {dispute && <Notice tone="warning">{disputeText(dispute.status, t)}</Notice>}
    </>
  )
}

const FAILURES = [
  'card_declined',
  'insufficient_funds',
  'expired_card',
  'incorrect_cvc',
  'processing_error',
  'authentication_failed',
] as const

function Failure({ code }: { code: string }) {
  const t = useTexts(texts)
  const known = FAILURES.find((it) => it === code)
  return known ? t[`f_${known}`] : t.f_other(code)
}

type DisputeTexts = Record<'dispute_open' | 'dispute_won' | 'dispute_lost', string>

function disputeText(status: string, t: DisputeTexts): string {
  if (status === 'won') return t.dispute_won
  return status === 'lost' ? t.dispute_lost : t.dispute_open
}

function Actions({ deposit }: { deposit: Deposit }) {
  const t = useTexts(texts)
  const { status, asset } = deposit
  if (status === 'requires_action') return <NextStep deposit={deposit} />
  return (
    <div className="row">
      {(status === 'succeeded' || status === 'partly_refunded') && (
        <RefundButton deposit={deposit} />
      )}
      {status !== 'pending' && (
        <ButtonLink to="/payments/deposit" search={{ asset } as never} look="secondary" small>
          {t.again}
        </ButtonLink>
      )}
    </div>
  )
}

function Details({ deposit }: { deposit: Deposit }) {
  const t = useTexts(texts)
  const { refunded, scale, asset } = deposit
  return (
    <Section title={t.details}>
      <Facts>
        <Fact name={t.paid_with}>
          <CardName card={deposit.card} />
        </Fact>
        {refunded !== '0' && (
          <Fact name={t.refunded}>
            <Money units={refunded} scale={scale} asset={asset} />
          </Fact>
        )}
        <Fact name={t.started}>
          <When at={deposit.created_at} />
        </Fact>
        <Fact name={t.changed}>
          <When at={deposit.updated_at} />
        </Fact>
        <Fact name={t.id}>
          <code>{deposit.id}</code>
        </Fact>
      </Facts>
    </Section>
  )
}
