import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { useHasWithdrawals } from '@/lib/payments'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { PaymentFailure } from '@/ui/payments/deposit'
import { useBankName, type Withdrawal, WithdrawalBadge } from '@/ui/payments/withdrawal'
import { Money, When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { Headline } from '@/ui/wallet/headline'
import { texts } from './texts'

/** That the bank has it is no event, so that is asked for until it is decided. */
const ASK_MS = 4_000
const UNDECIDED = ['pending', 'processing']

/** One withdrawal, as far as it has come. */
export default function WithdrawalPage() {
  const t = useTexts(texts)
  const { id } = useParams({ strict: false }) as { id: string }
  const withdrawal = useQuery({
    queryKey: ['withdrawals', 'one', id],
    queryFn: () => body(api.GET('/v1/payments/withdrawals/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) =>
      state.data && UNDECIDED.includes(state.data.status) ? ASK_MS : false,
  })
  return (
    <Page title={t.title} back={{ to: '/payments/withdrawals', label: t.back }} narrow>
      <Loaded query={withdrawal} lines={6}>
        {(found) => <Shown withdrawal={found} />}
      </Loaded>
    </Page>
  )
}

function Shown({ withdrawal }: { withdrawal: Withdrawal }) {
  const t = useTexts(texts)
  const bankName = useBankName()
  const canRepeat = useHasWithdrawals()
  const { amount, scale, asset, status, failure } = withdrawal
  return (
    <>
      <Section>
        <Headline
          amount={<Money units={amount} scale={scale} asset={asset} />}
          badge={<WithdrawalBadge status={status} />}
          meaning={t[`m_${status}`]}
        />
        {failure && (
          <Notice tone="bad">
            <PaymentFailure code={failure.code} />
          </Notice>
        )}
        {canRepeat && !UNDECIDED.includes(status) && (
          <div className="row">
            <ButtonLink to="/payments/withdraw" search={{ asset } as never} look="secondary" small>
              {t.again}
            </ButtonLink>
          </div>
        )}
      </Section>
      <Section title={t.details}>
        <Facts>
          <Fact name={t.destination}>{bankName(withdrawal.destination)}</Fact>
          <Fact name={t.started}>
            <When at={withdrawal.created_at} />
          </Fact>
          <Fact name={t.changed}>
            <When at={withdrawal.updated_at} />
          </Fact>
          <Fact name={t.id}>
            <code>{withdrawal.id}</code>
          </Fact>
        </Facts>
      </Section>
    </>
  )
}
