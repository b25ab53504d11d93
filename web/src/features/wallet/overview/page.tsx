import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { useProfile } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { accountsQuery, openOnes, type Transfer } from '@/lib/wallet'
import { ButtonLink } from '@/ui/button'
import { List } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { nameOf } from '@/ui/shown'
import { Empty, Loaded } from '@/ui/states'
import { TransferItem } from '@/ui/wallet/transfer'
import { Balances } from './accounts'
import { BalanceChart } from './chart'
import { Onboarding } from './onboarding'
import styles from './overview.module.css'
import { texts } from './texts'
import { Waiting } from './waiting'

const RECENT = 10

/** What the person has, what waits for them, and what happened last. */
export default function OverviewPage() {
  const t = useTexts(texts)
  const profile = useProfile()
  return (
    <Page
      title={t[timeOfDay(new Date())](nameOf(profile))}
      actions={
        <>
          <ButtonLink to="/send">{t.send}</ButtonLink>
          <ButtonLink to="/requests/new" look="secondary">
            {t.request}
          </ButtonLink>
          <ButtonLink to="/payments/deposit" look="secondary">
            {t.deposit}
          </ButtonLink>
        </>
      }
    >
      <Content />
    </Page>
  )
}

function timeOfDay(now: Date): 'morning' | 'day' | 'evening' {
  const hour = now.getHours()
  if (hour >= 4 && hour < 11) return 'morning'
  return hour >= 18 || hour < 4 ? 'evening' : 'day'
}

/** Everything above the list comes at once, so that nothing moves under somebody's finger. */
function Content() {
  const overview = useOverview()
  return (
    <Loaded query={overview} lines={10}>
      {({ accounts, waiting, requests, recent }) => {
        const isNew =
          recent.length === 0 &&
          accounts.every(({ total, pending_in: coming }) =>
            [total, coming].every((units) => units === '0'),
          )
        return (
          <>
            {isNew && <Onboarding hasAccount={accounts.length > 0} />}
            {accounts.length > 0 && <Balances accounts={accounts} />}
            <Waiting transfers={waiting} requests={requests} />
            {!isNew && <BalanceChart accounts={accounts} />}
            {!isNew && <Recent transfers={recent} />}
          </>
        )
      }}
    </Loaded>
  )
}

function useOverview() {
  const accounts = useQuery(accountsQuery)
  const waiting = useQuery({
    queryKey: ['transfers', 'overview', 'waiting'],
    queryFn: () => transfers({ direction: 'in', status: 'waiting', limit: 20 }),
  })
  const recent = useQuery({
    queryKey: ['transfers', 'overview', 'recent'],
    queryFn: () => transfers({ limit: RECENT }),
  })
  const requests = useQuery({
    queryKey: ['requests', 'overview'],
    queryFn: async () => {
      const query = { direction: 'incoming', status: 'open', limit: 20 } as const
      return (await body(api.GET('/v1/wallet/requests', { params: { query } }))).data
    },
  })
  const all = [accounts, waiting, recent, requests]
  return {
    data:
      accounts.data && waiting.data && recent.data && requests.data
        ? {
            accounts: openOnes(accounts.data),
            waiting: waiting.data,
            recent: recent.data,
            requests: requests.data,
          }
        : undefined,
    error: all.find(({ error }) => error)?.error ?? null,
    refetch: () => Promise.all(all.map((query) => query.refetch())),
  }
}

type Wanted = { direction?: 'in'; status?: 'waiting'; limit: number }

async function transfers(query: Wanted): Promise<readonly Transfer[]> {
  return (await body(api.GET('/v1/wallet/transfers', { params: { query } }))).data
}

function Recent({ transfers: recent }: { transfers: readonly Transfer[] }) {
  const t = useTexts(texts)
  return (
    <Section
      title={t.recent}
      actions={
        <Link to="/transfers" className={styles.more}>
          {t.show_all}
        </Link>
      }
    >
      {recent.length === 0 ? (
        <Empty title={t.recent_empty}>{t.recent_empty_lead}</Empty>
      ) : (
        <List label={t.recent}>
          {recent.map((transfer) => (
            <TransferItem key={transfer.id} transfer={transfer} />
          ))}
        </List>
      )}
    </Section>
  )
}
