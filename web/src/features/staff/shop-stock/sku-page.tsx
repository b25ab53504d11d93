import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { usePages } from '@/lib/query'
import { usePermissions } from '@/lib/session'
import { fullTitle } from '@/lib/shop'
import { type Location, locationsQuery, type Stock, stockQuery } from '@/lib/staff-shop'
import { useLanguage, useTexts } from '@/lib/text'
import { SelectField } from '@/ui/fields'
import { Guarded } from '@/ui/guarded'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { PagedRecords, Records } from '@/ui/records'
import { When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { ChangeStock } from './change'
import { texts } from './texts'

/** What there is of one variant, where, and what happened to it. */
export default function StaffSkuPage() {
  const t = useTexts(texts)
  const { sku } = useParams({ strict: false }) as { sku: string }
  const locations = useQuery(locationsQuery)
  return (
    <Guarded permission="stock.read" title={t.title}>
      <Loaded query={useQuery(stockQuery(sku))} lines={6}>
        {(stock) => <Shown stock={stock} locations={locations.data ?? []} />}
      </Loaded>
    </Guarded>
  )
}

type ShownProps = { stock: Stock; locations: readonly Location[] }

function Shown({ stock, locations }: ShownProps) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const permissions = usePermissions()
  const mayChange = permissions.has('stock.write')
  const count = (pieces: string) => formatAmount(pieces, 0, language)
  const titleOf = (handle: string) => locations.find((it) => it.handle === handle)?.title ?? handle
  return (
    <Page title={fullTitle(stock)} back={{ to: '/staff/shop/stock', label: t.back }}>
      <Section title={t.levels}>
        <Facts>
          <Fact name={t.sku}>
            {permissions.has('catalogue.write') ? (
              <Link to="/staff/shop/products/$id" params={{ id: stock.product }}>
                {stock.sku}
              </Link>
            ) : (
              stock.sku
            )}
          </Fact>
          <Fact name={t.sellable}>{count(stock.sellable)}</Fact>
          {stock.backordered !== '0' && (
            <Fact name={t.backordered}>{count(stock.backordered)}</Fact>
          )}
        </Facts>
        <Records
          label={t.levels}
          items={stock.locations}
          keyOf={({ location }) => location}
          columns={[
            { name: t.location, cell: ({ location }) => titleOf(location) },
            { name: t.on_hand, isEnd: true, cell: ({ on_hand }) => count(on_hand) },
            { name: t.reserved, isEnd: true, cell: ({ reserved }) => count(reserved) },
            { name: t.available, isEnd: true, cell: ({ available }) => count(available) },
          ]}
        />
      </Section>
      {mayChange && locations.length > 0 && (
        <Section title={t.change}>
          <ChangeStock sku={stock.sku} locations={locations} />
        </Section>
      )}
      <Section title={t.history}>
        <History sku={stock.sku} locations={locations} />
      </Section>
    </Page>
  )
}

const MAIN = 'main'

function History({ sku, locations }: { sku: string; locations: readonly Location[] }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [location, setLocation] = useState(MAIN)
  const pages = usePages(['staff', 'shop', 'stock', sku, 'history', location], (cursor) =>
    body(
      api.GET('/v1/shop/stock/{sku}/history', {
        params: { path: { sku }, query: { location, cursor } },
      }),
    ),
  )
  const kinds: Readonly<Record<string, string>> = {
    receipt: t.h_receipt,
    move: t.h_move,
    adjustment: t.h_adjustment,
    reservation: t.h_reservation,
    order: t.h_order,
    return: t.h_return,
    other: t.h_other,
  }
  const signed = (pieces: string) =>
    pieces.startsWith('-') || pieces === '0'
      ? formatAmount(pieces, 0, language)
      : `+${formatAmount(pieces, 0, language)}`
  return (
    <>
      {locations.length > 1 && (
        <SelectField
          name="location"
          label={t.history_of}
          value={location}
          onChange={(event) => setLocation(event.target.value)}
          choices={locations.map(({ handle, title }) => ({ value: handle, label: title }))}
        />
      )}
      <PagedRecords
        pages={pages}
        label={t.history}
        keyOf={({ at, kind, on_hand, reserved }) => `${at} ${kind} ${on_hand} ${reserved}`}
        empty={<p className="muted">{t.no_history}</p>}
        columns={[
          { name: t.what, cell: ({ kind }) => kinds[kind] ?? kind },
          { name: t.when, cell: ({ at, effective_at }) => <When at={effective_at ?? at} /> },
          {
            name: t.why,
            cell: ({ reason, reference }) => [reason, reference].filter(Boolean).join(' · ') || '–',
          },
          { name: t.changed_by, isEnd: true, cell: ({ change }) => signed(change) },
          { name: t.reserved, isEnd: true, cell: (it) => signed(it.reserved_change) },
          {
            name: t.afterwards,
            isEnd: true,
            cell: ({ on_hand }) => formatAmount(on_hand, 0, language),
          },
        ]}
      />
    </>
  )
}
