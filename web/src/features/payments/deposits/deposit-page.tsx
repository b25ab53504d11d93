import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { useTexts } from '@/lib/text'
import { useReread } from '@/lib/wallet'
import { ButtonLink } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { Fact, Facts, Page, Section } from '@/ui/page'
import {
  CardName,
  type Deposit,
  DepositBadge,
  DisputeState,
  PaymentFailure,
} from '@/ui/payments/deposit'
import { NextStep, nextStep } from '@/ui/payments/provider'
import { RefundButton, Refunds } from '@/ui/payments/refunds'
import { Money, When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { Headline } from '@/ui/wallet/headline'
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
  // Stripe's form wants the card first; the bank asks afterwards, if it does.
  const wantsCard = status === 'requires_action' && nextStep(deposit)?.kind === 'stripe'
  return (
    <>
      <Headline
        amount={<Money units={amount} scale={scale} asset={asset} />}
        badge={<DepositBadge status={status} />}
        meaning={wantsCard ? t.m_wants_card : t[`m_${status}`]}
      />
      {failure && (
        <Notice tone="bad">
          <PaymentFailure code={failure.code} />
        </Notice>
      )}
      {dispute && (
        <Notice tone="warning">
          <DisputeState status={dispute.status} />
        </Notice>
      )}
    </>
  )
}

function Actions({ deposit }: { deposit: Deposit }) {
  const t = useTexts(texts)
  const reread = useReread()
  const { id, status, asset, next_action } = deposit
  if (status === 'requires_action') {
    return (
      <NextStep
        action={next_action}
        search={{ deposit: id }}
        pay={t.submit}
        onTold={() => reread('deposits', 'accounts')}
      />
    )
  }
  return (
    <div className="row">
      <RefundButton deposit={deposit} />
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
