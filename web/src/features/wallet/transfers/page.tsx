import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { byDay, nameOfDay } from '@/lib/days'
import { usePages } from '@/lib/query'
import { useLanguage, useTexts } from '@/lib/text'
import { accountsQuery, type Transfer } from '@/lib/wallet'
import { ButtonLink } from '@/ui/button'
import { SelectField } from '@/ui/fields'
import { SideBySide } from '@/ui/form'
import { List, Pages } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { Empty } from '@/ui/states'
import { HistoryTabs } from '@/ui/wallet/history-tabs'
import { StatusField } from '@/ui/wallet/status-field'
import { TransferItem } from '@/ui/wallet/transfer'
import { texts } from './texts'

type Filters = {
  direction?: Transfer['direction']
  status?: Transfer['status']
  asset?: string
}

/** The transfers of all accounts, also those that wait or came to nothing. */
export default function TransfersPage() {
  const t = useTexts(texts)
  const { direction, status, asset } = useSearch({ strict: false }) as Filters
  const filters = { direction, status, asset }
  const pages = usePages(['transfers', filters], (cursor) =>
    body(api.GET('/v1/wallet/transfers', { params: { query: { ...filters, cursor } } })),
  )
  const isFiltered = Object.values(filters).some(Boolean)
  return (
    <Page title={t.transfers} lead={t.list_lead}>
      <HistoryTabs />
      <TransferFilters filters={filters} />
      <Section>
        <Pages
          pages={pages}
          empty={
            isFiltered ? (
              <Empty
                title={t.none_found}
                action={<ButtonLink to="/transfers">{t.clear}</ButtonLink>}
              >
                {t.none_found_lead}
              </Empty>
            ) : (
              <Empty title={t.empty} action={<ButtonLink to="/send">{t.send}</ButtonLink>}>
                {t.empty_lead}
              </Empty>
            )
          }
        >
          {(items) => <Days transfers={items} />}
        </Pages>
      </Section>
    </Page>
  )
}

function Days({ transfers }: { transfers: readonly Transfer[] }) {
  const { language } = useLanguage()
  return byDay(transfers, (it) => it.created_at).map(({ day, things }) => (
    <section key={day}>
      <h2>{nameOfDay(day, language)}</h2>
      <List label={nameOfDay(day, language)}>
        {things.map((transfer) => (
          <TransferItem key={transfer.id} transfer={transfer} />
        ))}
      </List>
    </section>
  ))
}

function TransferFilters({ filters }: { filters: Filters }) {
  const t = useTexts(texts)
  const navigate = useNavigate()
  const accounts = useQuery(accountsQuery).data ?? []
  const choose = (change: Partial<Record<keyof Filters, string>>) =>
    void navigate({ to: '/transfers', search: { ...filters, ...change } as never, replace: true })
  const any = { value: '', label: t.any }
  return (
    <SideBySide>
      <SelectField
        name="direction"
        label={t.direction}
        value={filters.direction ?? ''}
        onChange={(event) => choose({ direction: event.target.value })}
        choices={[any, { value: 'in', label: t.in }, { value: 'out', label: t.out }]}
      />
      <StatusField
        value={filters.status ?? ''}
        onChange={(event) => choose({ status: event.target.value })}
      />
      <SelectField
        name="asset"
        label={t.asset}
        value={filters.asset ?? ''}
        onChange={(event) => choose({ asset: event.target.value })}
        choices={[any, ...accounts.map(({ asset }) => ({ value: asset, label: asset }))]}
      />
    </SideBySide>
  )
}
