import { Link } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { useFilters, type Filters as Values } from '@/lib/filters'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { SelectField, TextField } from '@/ui/fields'
import { Filters } from '@/ui/filters'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { Availability } from '@/ui/shop/availability'
import { CatalogueTabs } from '@/ui/shop/catalogue-tabs'
import { Picture } from '@/ui/shop/picture'
import { CardPrice } from '@/ui/shop/price'
import { Empty } from '@/ui/states'
import styles from './products.module.css'

import { texts } from './texts'

const STATUSES = ['active', 'draft', 'archived'] as const

/** What the shop sells, or is about to. */
export default function StaffProductsPage() {
  const t = useTexts(texts)
  const [filters, setFilters] = useFilters(['q', 'status'])
  return (
    <Guarded permission="catalogue.write" title={t.title}>
      <Page
        title={t.title}
        lead={t.lead}
        actions={
          <ButtonLink to="/staff/shop/products/new" small>
            {t.new}
          </ButtonLink>
        }
      >
        <CatalogueTabs />
        <Section>
          <Filters label={t.filter} values={filters} onChange={setFilters}>
            <TextField name="q" label={t.q} maxLength={200} autoComplete="off" />
            <SelectField
              name="status"
              label={t.status}
              choices={STATUSES.map((value) => ({
                value: value === 'active' ? '' : value,
                label: t[value],
              }))}
            />
          </Filters>
          <Products filters={filters} />
        </Section>
      </Page>
    </Guarded>
  )
}

function Products({ filters }: { filters: Values<'q' | 'status'> }) {
  const t = useTexts(texts)
  const status = STATUSES.find((it) => it === filters.status)
  const query = { q: filters.q, 'filter[status]': status }
  const pages = usePages(['staff', 'shop', 'products', query], (cursor) =>
    body(api.GET('/v1/shop/products', { params: { query: { ...query, cursor } } })),
  )
  const isNarrow = Object.keys(filters).length > 0
  return (
    <PagedRecords
      pages={pages}
      label={t.title}
      keyOf={({ id }) => id}
      empty={
        <Empty
          title={isNarrow ? t.none_fit : t.none}
          action={
            isNarrow ? undefined : <ButtonLink to="/staff/shop/products/new">{t.new}</ButtonLink>
          }
        >
          {isNarrow ? t.none_fit_lead : t.none_lead}
        </Empty>
      }
      columns={[
        {
          name: t.product,
          cell: ({ id, title, image }) => (
            <Link to="/staff/shop/products/$id" params={{ id }} className={styles.product}>
              <span className={styles.thumb}>
                <Picture image={image} size={200} isDecorative />
              </span>
              {title}
            </Link>
          ),
        },
        { name: t.vendor, cell: ({ vendor }) => vendor ?? '–' },
        { name: t.availability, cell: ({ availability }) => <Availability is={availability} /> },
        {
          name: t.price,
          isEnd: true,
          cell: (card) => <CardPrice card={card} currency={undefined} />,
        },
      ]}
    />
  )
}
