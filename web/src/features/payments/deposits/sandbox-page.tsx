import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Landmark } from 'lucide-react'
import { api, body } from '@/api/client'
import { hasCode } from '@/lib/problem'
import { useTexts } from '@/lib/text'
import { useReread } from '@/lib/wallet'
import { ButtonLink } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { Form } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { Page, Section } from '@/ui/page'
import { Money } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { texts } from './texts'

/** What is paid: the page leads back to it. */
type From = { readonly deposit?: string; readonly order?: string }

function backTo({ deposit, order }: From): { to: string; params?: never } {
  if (order) return { to: `/shop/orders/${order}` }
  return { to: deposit ? `/payments/deposits/${deposit}` : '/payments' }
}

type Outcome = 'open' | 'decided' | 'unknown'

/** The sandbox's bank asks the holder of a test card whether they pay (3-D Secure). */
export default function SandboxPage() {
  const t = useTexts(texts)
  const { token } = useParams({ strict: false }) as { token: string }
  const from = useSearch({ strict: false }) as From
  const question = useQuery({
    // Not among what events refresh: a decision ends the question.
    queryKey: ['sandbox', token],
    refetchOnWindowFocus: false,
    queryFn: () => readState(token),
  })
  const back = (
    <ButtonLink {...backTo(from)} look="secondary" small>
      {from.order ? t.to_order : from.deposit ? t.to_deposit : t.back}
    </ButtonLink>
  )
  return (
    <Page title={t.bank_title} lead={t.bank_lead} narrow>
      <Loaded query={question} lines={4}>
        {(state) =>
          state === 'open' ? (
            <Question token={token} from={from} />
          ) : (
            <Notice tone="warning">
              <p>{t[state]}</p>
              {back}
            </Notice>
          )
        }
      </Loaded>
    </Page>
  )
}

function Question({ token, from }: { token: string; from: From }) {
  const t = useTexts(texts)
  const decide = useDecide(token, from)
  const { deposit } = from
  return (
    <Section>
      <p className="row">
        <Landmark size={32} aria-hidden="true" />
        <strong>{t.bank_question}</strong>
      </p>
      {deposit && <Amount id={deposit} />}
      <div className="row">
        <Form onSubmit={() => decide('approve')}>
          <Submit>{t.approve}</Submit>
        </Form>
        <Form onSubmit={() => decide('decline')}>
          <Submit look="secondary">{t.decline}</Submit>
        </Form>
      </div>
    </Section>
  )
}

function Amount({ id }: { id: string }) {
  const t = useTexts(texts)
  const { data } = useQuery({
    queryKey: ['deposits', 'one', id],
    queryFn: () => body(api.GET('/v1/payments/deposits/{id}', { params: { path: { id } } })),
  })
  if (!data) return null
  return (
    <p>
      {t.bank_amount} <Money units={data.amount} scale={data.scale} asset={data.asset} />
    </p>
  )
}

/** Only whether the question still stands is read; the page that the server shows says no more. */
async function readState(token: string): Promise<Outcome> {
  try {
    const params = { path: { token } }
    await api.GET('/v1/payments/sandbox/actions/{token}', { params, parseAs: 'text' })
    return 'open'
  } catch (error) {
    if (hasCode(error, 'payments.action.decided')) return 'decided'
    if (hasCode(error, 'payments.action.not_found')) return 'unknown'
    throw error
  }
}

function useDecide(token: string, from: From) {
  const navigate = useNavigate()
  const reread = useReread()
  return async (decision: 'approve' | 'decline') => {
    await api.POST('/v1/payments/sandbox/actions/{token}', {
      params: { path: { token } },
      body: `decision=${decision}`,
      bodySerializer: (text) => text,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      parseAs: 'text',
    })
    await reread('deposits', 'accounts', 'shop')
    await navigate(backTo(from))
  }
}
