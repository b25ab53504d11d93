import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useCallback } from 'react'
import { api, body } from '@/api/client'
import { editableAmount } from '@/lib/amount'
import { textOfParty } from '@/lib/party'
import { useTexts } from '@/lib/text'
import { MOVED, type Transfer, useReread } from '@/lib/wallet'
import { ButtonLink } from '@/ui/button'
import { Copyable } from '@/ui/copyable'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { Money, nameOf, Person, When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { Cancel } from '@/ui/wallet/cancel'
import { Countdown } from '@/ui/wallet/countdown'
import { Headline } from '@/ui/wallet/headline'
import { otherOf, TransferBadge } from '@/ui/wallet/transfer'
import { TransferAnswer } from '@/ui/wallet/transfer-answer'
import { TransferTimeline } from '@/ui/wallet/transfer-timeline'
import { texts } from './texts'

/** One transfer as it stands at this moment; the stream of events keeps it so. */
export default function TransferPage() {
  const t = useTexts(texts)
  const { id } = useParams({ strict: false }) as { id: string }
  const transfer = useQuery({
    queryKey: ['transfers', 'one', id],
    queryFn: () => body(api.GET('/v1/wallet/transfers/{id}', { params: { path: { id } } })),
  })
  return (
    <Page title={t.title} back={{ to: '/transfers', label: t.back }} narrow>
      <Loaded query={transfer} lines={8}>
        {(found) => (
          <>
            <Section>
              <State transfer={found} />
              <Actions transfer={found} />
            </Section>
            <Section title={t.timeline}>
              <TransferTimeline
                transfer={found}
                viewer={found.direction === 'out' ? 'sender' : 'recipient'}
              />
            </Section>
            <Details transfer={found} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function State({ transfer }: { transfer: Transfer }) {
  const t = useTexts(texts)
  const reread = useReread()
  const isOver = useCallback(() => void reread('transfers', 'accounts'), [reread])
  const { amount, scale, asset, direction, status, expires_at: until } = transfer
  const meaning = t[`${direction}_${status}`]
  const waits = status === 'waiting' || status === 'invited'
  const isDone = status === 'completed' || status === 'accepted'
  const sign = isDone ? direction : undefined
  return (
    <Headline
      amount={<Money units={amount} scale={scale} asset={asset} sign={sign} />}
      badge={<TransferBadge status={status} />}
      meaning={typeof meaning === 'string' ? meaning : meaning(nameOf(otherOf(transfer)))}
      message={transfer.message}
      time={waits && until && <Countdown until={until} onEnd={isOver} />}
    />
  )
}

/** What the one who looks can do next. */
function Actions({ transfer }: { transfer: Transfer }) {
  const t = useTexts(texts)
  const { direction, status, asset, amount, scale } = transfer
  if (status === 'waiting' && direction === 'in') return <TransferAnswer transfer={transfer} />
  if (status === 'waiting' || (status === 'invited' && direction === 'out')) {
    return <TakeBack transfer={transfer} />
  }
  const to = textOfParty(otherOf(transfer))
  if (!to) return null
  const search = { to, asset, amount: editableAmount(amount, scale, 'en') } as never
  return (
    <div className="row">
      <ButtonLink to="/send" search={search} look="secondary" small>
        {direction === 'in' ? t.send_back : t.again}
      </ButtonLink>
    </div>
  )
}

function TakeBack({ transfer }: { transfer: Transfer }) {
  const t = useTexts(texts)
  const reread = useReread()
  const cancel = async () => {
    await api.POST('/v1/wallet/transfers/{id}/cancel', { params: { path: { id: transfer.id } } })
    await reread(...MOVED)
  }
  return <Cancel texts={t} onCancel={cancel} />
}

function Details({ transfer }: { transfer: Transfer }) {
  const t = useTexts(texts)
  return (
    <Section title={t.details}>
      <Facts>
        <Fact name={t.from}>
          <Person person={transfer.from} />
        </Fact>
        <Fact name={t.to}>
          <Person person={transfer.to} />
        </Fact>
        <Fact name={t.sent_at}>
          <When at={transfer.created_at} />
        </Fact>
        <Fact name={t.kind}>{t[`k_${transfer.kind}`]}</Fact>
        {transfer.reference && <Fact name={t.reference}>{transfer.reference}</Fact>}
        <Fact name={t.id}>
          <code>{transfer.id}</code>
        </Fact>
      </Facts>
      {transfer.to.handle && (
        <div>
          <h3>{t.link}</h3>
          <p className="muted">{t.link_lead}</p>
          <Copyable label={t.link} text={`${location.origin}/transfers/${transfer.id}`} />
        </div>
      )}
    </Section>
  )
}
