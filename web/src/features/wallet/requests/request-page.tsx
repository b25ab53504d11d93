import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useCallback } from 'react'
import { api, body } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { useLanguage, useTexts } from '@/lib/text'
import { MOVED, useReread } from '@/lib/wallet'
import { ButtonLink } from '@/ui/button'
import { Confirm } from '@/ui/confirm'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { Money, nameOf, Person, When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { Cancel } from '@/ui/wallet/cancel'
import { Countdown } from '@/ui/wallet/countdown'
import { Headline } from '@/ui/wallet/headline'
import { type PaymentRequest, RequestBadge } from '@/ui/wallet/request'
import { texts } from './texts'

/** One request, and what the one who looks can do about it. */
export default function RequestPage() {
  const t = useTexts(texts)
  const { id } = useParams({ strict: false }) as { id: string }
  const request = useQuery({
    queryKey: ['requests', 'one', id],
    queryFn: () => body(api.GET('/v1/wallet/requests/{id}', { params: { path: { id } } })),
  })
  return (
    <Page title={t.one_title} back={{ to: '/requests', label: t.back }} narrow>
      <Loaded query={request} lines={7}>
        {(found) => (
          <>
            <Section>
              <State request={found} />
              <Actions request={found} />
            </Section>
            <Details request={found} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function State({ request }: { request: PaymentRequest }) {
  const t = useTexts(texts)
  const reread = useReread()
  const isOver = useCallback(() => void reread('requests'), [reread])
  const isIncoming = request.direction === 'incoming'
  const meaning = t[`${isIncoming ? 'in' : 'out'}_${request.status}`]
  const name = nameOf(isIncoming ? request.to : request.from)
  return (
    <Headline
      amount={<Money units={request.amount} scale={request.scale} asset={request.asset} />}
      badge={<RequestBadge status={request.status} />}
      meaning={typeof meaning === 'string' ? meaning : meaning(name)}
      message={request.message}
      time={request.status === 'open' && <Countdown until={request.expires_at} onEnd={isOver} />}
    />
  )
}

function Actions({ request }: { request: PaymentRequest }) {
  const t = useTexts(texts)
  if (request.transfer_id && request.status === 'paid') {
    return (
      <div className="row">
        <ButtonLink to="/transfers/$id" params={{ id: request.transfer_id }} look="secondary" small>
          {t.transfer}
        </ButtonLink>
      </div>
    )
  }
  if (request.status !== 'open') return null
  return request.direction === 'incoming' ? (
    <Answer request={request} />
  ) : (
    <TakeBack request={request} />
  )
}

function Answer({ request }: { request: PaymentRequest }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const reread = useReread()
  const params = { path: { id: request.id } }
  const name = nameOf(request.to)
  const amount = `${formatAmount(request.amount, request.scale, language)} ${request.asset}`
  return (
    <div className="row">
      <Confirm
        label={t.pay}
        title={t.pay_title}
        action={t.pay_action(amount)}
        look="primary"
        onConfirm={async () => {
          await api.POST('/v1/wallet/requests/{id}/pay', { params })
          toast(t.paid_toast)
          await reread('requests', ...MOVED)
        }}
      >
        <p>{t.pay_lead(amount, name)}</p>
      </Confirm>
      <Confirm
        label={t.decline}
        title={t.decline_title}
        action={t.decline}
        isDanger
        onConfirm={async () => {
          await api.POST('/v1/wallet/requests/{id}/decline', { params })
          toast(t.declined_toast)
          await reread('requests')
        }}
      >
        <p>{t.decline_lead(name)}</p>
      </Confirm>
    </div>
  )
}

function TakeBack({ request }: { request: PaymentRequest }) {
  const t = useTexts(texts)
  const reread = useReread()
  const cancel = async () => {
    await api.POST('/v1/wallet/requests/{id}/cancel', { params: { path: { id: request.id } } })
    await reread('requests')
  }
  return <Cancel texts={t} onCancel={cancel} />
}

function Details({ request }: { request: PaymentRequest }) {
  const t = useTexts(texts)
  return (
    <Section title={t.details}>
      <Facts>
        <Fact name={t.who_asks}>
          <Person person={request.to} />
        </Fact>
        <Fact name={t.who_pays}>
          <Person person={request.from} />
        </Fact>
        <Fact name={t.asked_at}>
          <When at={request.created_at} />
        </Fact>
        <Fact name={t.id}>
          <code>{request.id}</code>
        </Fact>
      </Facts>
    </Section>
  )
}
