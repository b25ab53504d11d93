import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api, body, type Schemas } from '@/api/client'
import { usePermissions } from '@/lib/session'
import { SEEN } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { Guarded, Recorded } from '@/ui/guarded'
import { Id } from '@/ui/id'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { Money, When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { TransferBadge } from '@/ui/wallet/transfer'
import { TransferTimeline } from '@/ui/wallet/transfer-timeline'
import { Side } from './side'
import { texts } from './texts'

/** A transfer between two others. */
export default function StaffTransferPage() {
  const t = useTexts(texts)
  const { id = '' } = useParams({ strict: false })
  const transfer = useQuery({
    queryKey: ['staff', 'transfers', 'one', id],
    queryFn: () =>
      body(api.GET('/v1/wallet/overview/transfers/{id}', { params: { path: { id } } })),
    enabled: usePermissions().has('users.read'),
    ...SEEN,
  })
  return (
    <Guarded permission="users.read" title={t.one}>
      <Page title={t.one} back={{ to: '/staff/transfers', label: t.back }} narrow>
        <Loaded query={transfer} lines={8}>
          {(found) => (
            <>
              <Details found={found} />
              <Section title={t.timeline}>
                <TransferTimeline transfer={found.transfer} />
              </Section>
            </>
          )}
        </Loaded>
        <Recorded />
      </Page>
    </Guarded>
  )
}

function Details({ found }: { found: Schemas['UserTransfer'] }) {
  const t = useTexts(texts)
  const { sender, recipient, transfer } = found
  return (
    <Section title={t.details}>
      <Facts>
        <Fact name={t.amount}>
          <Money units={transfer.amount} scale={transfer.scale} asset={transfer.asset} />
        </Fact>
        <Fact name={t.status}>
          <TransferBadge status={transfer.status} />
        </Fact>
        <Fact name={t.sender}>
          <Side user={sender} person={transfer.from} />
        </Fact>
        <Fact name={t.recipient}>
          <Side user={recipient} person={transfer.to} />
        </Fact>
        <Fact name={t.sent_at}>
          <When at={transfer.created_at} />
        </Fact>
        {transfer.expires_at && (
          <Fact name={t.expires}>
            <When at={transfer.expires_at} />
          </Fact>
        )}
        {transfer.reference && <Fact name={t.reference}>{transfer.reference}</Fact>}
        <Fact name={t.id}>
          <Id id={transfer.id} whole />
        </Fact>
      </Facts>
    </Section>
  )
}
