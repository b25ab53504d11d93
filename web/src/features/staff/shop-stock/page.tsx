import { Link, useNavigate } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { usePages } from '@/lib/query'
import { fullTitle } from '@/lib/shop'
import type { Stock } from '@/lib/staff-shop'
import { useLanguage, useTexts } from '@/lib/text'
import { Submit } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import { Form, FormActions, SideBySide } from '@/ui/form'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { Empty } from '@/ui/states'
import { StockTabs } from './tabs'
import { texts } from './texts'

/** What there is of everything. */
export default function StaffStockPage() {
  const t = useTexts(texts)
  return (
    <Guarded permission="stock.read" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <StockTabs />
        <Section>
          <Find />
          <All />
        </Section>
      </Page>
    </Guarded>
  )
}

function Find() {
  const t = useTexts(texts)
  const navigate = useNavigate()
  return (
    <search>
      <Form
        label={t.find}
        onSubmit={({ sku = '' }) => {
          if (sku.trim() === '') return
          return navigate({ to: '/staff/shop/stock/$sku', params: { sku: sku.trim() } })
        }}
      >
        <SideBySide>
          <TextField name="sku" label={t.sku} maxLength={64} autoComplete="off" />
          <FormActions>
            <Submit look="secondary">{t.find_do}</Submit>
          </FormActions>
        </SideBySide>
      </Form>
    </search>
  )
}

function sumOf({ locations }: Stock, part: 'on_hand' | 'reserved'): string {
  return locations.reduce((sum, level) => sum + BigInt(level[part]), 0n).toString()
}

function All() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const pages = usePages(['staff', 'shop', 'stock', 'all'], (cursor) =>
    body(api.GET('/v1/shop/stock', { params: { query: { cursor } } })),
  )
  const count = (pieces: string) => formatAmount(pieces, 0, language)
  return (
    <PagedRecords
      pages={pages}
      label={t.title}
      keyOf={({ sku }) => sku}
      empty={<Empty title={t.none}>{t.none_lead}</Empty>}
      columns={[
        {
          name: t.article,
          cell: (it) => (
            <>
              <Link to="/staff/shop/stock/$sku" params={{ sku: it.sku }}>
                {fullTitle(it)}
              </Link>
              <br />
              <span className="muted">{it.sku}</span>
            </>
          ),
        },
        { name: t.on_hand, isEnd: true, cell: (it) => count(sumOf(it, 'on_hand')) },
        { name: t.reserved, isEnd: true, cell: (it) => count(sumOf(it, 'reserved')) },
        { name: t.sellable, isEnd: true, cell: (it) => count(it.sellable) },
      ]}
    />
  )
}
