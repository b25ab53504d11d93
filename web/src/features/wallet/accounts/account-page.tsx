import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { useTexts } from '@/lib/text'
import { type Account, type Limit, useLimit, useReread } from '@/lib/wallet'
import { ButtonLink } from '@/ui/button'
import { Confirm } from '@/ui/confirm'
import { Copyable } from '@/ui/copyable'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { Badge, Money, When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { texts } from './texts'

/** One account: what it holds, what can be done with it, and its end. */
export default function AccountPage() {
  const t = useTexts(texts)
  const { id } = useParams({ strict: false }) as { id: string }
  const account = useQuery({
    queryKey: ['accounts', 'one', id],
    queryFn: () => body(api.GET('/v1/wallet/accounts/{id}', { params: { path: { id } } })),
  })
  const title = account.data ? t.account(account.data.asset) : t.title
  return (
    <Page title={title} back={{ to: '/accounts', label: t.back }} narrow>
      <Loaded query={account} lines={7}>
        {(found) => <Shown account={found} />}
      </Loaded>
    </Page>
  )
}

function Shown({ account }: { account: Account }) {
  const t = useTexts(texts)
  const limit = useLimit(account.asset)
  const money = (units: string) => (
    <Money units={units} scale={account.scale} asset={account.asset} />
  )
  const isOpen = account.status === 'open'
  return (
    <>
      <Section>
        <Facts>
          <Fact name={t.available}>
            <strong>{money(account.available)}</strong>
          </Fact>
          <Fact name={t.total}>{money(account.total)}</Fact>
          <Fact name={t.pending_in}>{money(account.pending_in)}</Fact>
          <Fact name={t.pending_out}>{money(account.pending_out)}</Fact>
          <Fact name={t.opened}>
            <When at={account.created_at} style="date" />{' '}
            <Badge tone={isOpen ? 'good' : 'neutral'}>{isOpen ? t.open : t.closed}</Badge>
          </Fact>
        </Facts>
        <Actions account={account} />
      </Section>
      {limit && <Limits limit={limit} />}
      {isOpen && (
        <Section title={t.number} lead={t.number_lead}>
          <Copyable label={t.number} text={account.id} />
        </Section>
      )}
      {isOpen && <Close account={account} />}
    </>
  )
}

function Actions({ account: { id, asset, status } }: { account: Account }) {
  const t = useTexts(texts)
  const search = { asset } as never
  return (
    <div className="row">
      {status === 'open' && (
        <>
          <ButtonLink to="/send" search={search} small>
            {t.send}
          </ButtonLink>
          <ButtonLink to="/requests/new" search={search} look="secondary" small>
            {t.request}
          </ButtonLink>
        </>
      )}
      <ButtonLink to="/history" search={{ account: id } as never} look="secondary" small>
        {t.history}
      </ButtonLink>
    </div>
  )
}

function Limits({ limit }: { limit: Limit }) {
  const t = useTexts(texts)
  const { asset, scale, per_transfer, per_day, left_today } = limit
  const facts = [
    [t.per_transfer, per_transfer],
    [t.per_day, per_day],
    [t.left_today, left_today],
  ] as const
  return (
    <Section title={t.limits} lead={t.limits_lead}>
      <Facts>
        {facts.map(
          ([name, units]) =>
            units && (
              <Fact key={name} name={name}>
                <Money units={units} scale={scale} asset={asset} />
              </Fact>
            ),
        )}
      </Facts>
    </Section>
  )
}

function Close({ account }: { account: Account }) {
  const t = useTexts(texts)
  const toast = useToast()
  const reread = useReread()
  return (
    <Section title={t.close_section}>
      <div>
        <Confirm
          label={t.close}
          title={t.close_title}
          action={t.close_action}
          isDanger
          onConfirm={async () => {
            const params = { path: { id: account.id } }
            await api.POST('/v1/wallet/accounts/{id}/close', { params })
            toast(t.closed_toast)
            await reread('accounts')
          }}
        >
          <p>{t.close_lead}</p>
        </Confirm>
      </div>
    </Section>
  )
}
