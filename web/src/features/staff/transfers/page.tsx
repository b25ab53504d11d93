import { Link } from '@tanstack/react-router'
import { api, body, type Schemas } from '@/api/client'
import { type Filters as FilterValues, useFilters } from '@/lib/filters'
import { usePages } from '@/lib/query'
import { momentOf, SEEN } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { TextField } from '@/ui/fields'
import { Filters } from '@/ui/filters'
import { Guarded, Recorded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { Money, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { StatusField, statusOf } from '@/ui/wallet/status-field'
import { TransferBadge } from '@/ui/wallet/transfer'
import { Side } from './side'
import { texts } from './texts'

const FILTERS = ['status', 'asset', 'from', 'before'] as const
/** The transfers of everybody. */
export default function StaffTransfersPage() {
  const t = useTexts(texts)
  const [filters, setFilters] = useFilters(FILTERS)
  return (
    <Guarded permission="users.read" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <Section>
          <Filters label={t.filter} values={filters} onChange={setFilters}>
            <StatusField />
            <TextField
              name="asset"
              label={t.asset}
              placeholder={t.asset_hint}
              autoCapitalize="characters"
              spellCheck={false}
              maxLength={64}
            />
            <TextField name="from" label={t.from} type="datetime-local" />
            <TextField name="before" label={t.before} type="datetime-local" />
          </Filters>
        </Section>
        <Section>
          <Transfers filters={filters} />
        </Section>
        <Recorded />
      </Page>
    </Guarded>
  )
}

function Transfers({ filters }: { filters: FilterValues<(typeof FILTERS)[number]> }) {
  const t = useTexts(texts)
  const query = {
    'filter[status]': statusOf(filters.status),
    'filter[asset]': filters.asset,
    'filter[from]': momentOf(filters.from),
    'filter[before]': momentOf(filters.before),
  }
  const pages = usePages<Schemas['UserTransfer']>(
    ['staff', 'transfers', filters],
    (cursor) =>
      body(api.GET('/v1/wallet/overview/transfers', { params: { query: { ...query, cursor } } })),
    SEEN,
  )
  return (
    <PagedRecords
      pages={pages}
      label={t.title}
      empty={<Empty title={t.none}>{t.none_more}</Empty>}
      keyOf={({ transfer }) => transfer.id}
      columns={[
        {
          name: t.when,
          cell: ({ transfer }) => (
            <Link to="/staff/transfers/$id" params={{ id: transfer.id }}>
              <When at={transfer.created_at} />
            </Link>
          ),
        },
        {
          name: t.sender,
          cell: ({ sender, transfer }) => <Side user={sender} person={transfer.from} />,
        },
        {
          name: t.recipient,
          cell: ({ recipient, transfer }) => <Side user={recipient} person={transfer.to} />,
        },
        { name: t.status, cell: ({ transfer }) => <TransferBadge status={transfer.status} /> },
        {
          name: t.amount,
          cell: ({ transfer }) => (
            <Money units={transfer.amount} scale={transfer.scale} asset={transfer.asset} />
          ),
          isEnd: true,
        },
      ]}
    />
  )
}
