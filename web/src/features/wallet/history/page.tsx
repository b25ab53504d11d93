import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useLanguage, useTexts } from '@/lib/text'
import { type Account, accountsQuery } from '@/lib/wallet'
import { ButtonLink } from '@/ui/button'
import { SelectField } from '@/ui/fields'
import { Page, Section } from '@/ui/page'
import { Empty, Loaded } from '@/ui/states'
import { HistoryTabs } from '@/ui/wallet/history-tabs'
import { Entries } from './entries'
import { FilterForm } from './filter-form'
import { type Filters, filtersOf } from './filters'
import { Statements } from './statements'
import { texts } from './texts'

/** What happened on one account, and its statements. */
export default function HistoryPage() {
  const t = useTexts(texts)
  const accounts = useQuery(accountsQuery)
  return (
    <Page title={t.title} lead={t.lead}>
      <HistoryTabs />
      <Loaded query={accounts} lines={8}>
        {(all) =>
          all.length > 0 ? (
            <AccountHistory accounts={all} />
          ) : (
            <Section>
              <Empty
                title={t.no_account}
                action={<ButtonLink to="/accounts">{t.open_account}</ButtonLink>}
              >
                {t.no_account_lead}
              </Empty>
            </Section>
          )
        }
      </Loaded>
    </Page>
  )
}

function AccountHistory({ accounts }: { accounts: readonly Account[] }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const navigate = useNavigate()
  const search = useSearch({ strict: false }) as Record<string, string>
  const account = accounts.find(({ id }) => id === search.account) ?? accounts[0]
  if (!account) return null
  const filters = filtersOf(search)
  const show = (id: string, narrowed: Filters) =>
    void navigate({
      to: '/history',
      search: { account: id, ...narrowed } as never,
      replace: true,
      resetScroll: false,
    })
  return (
    <>
      <SelectField
        name="account"
        label={t.account}
        value={account.id}
        onChange={(event) => show(event.target.value, {})}
        choices={accounts.map(({ id, asset, status }) => ({
          value: id,
          label: status === 'open' ? asset : t.closed(asset),
        }))}
      />
      <FilterForm
        key={`${account.id} ${language} ${JSON.stringify(filters)}`}
        account={account}
        filters={filters}
        onChange={(narrowed) => show(account.id, narrowed)}
      />
      <Statements key={account.id} account={account} />
      <Section>
        <Entries account={account} filters={filters} onClear={() => show(account.id, {})} />
      </Section>
    </>
  )
}
