import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { SlidersHorizontal } from 'lucide-react'
import { useMemo } from 'react'
import { api, body } from '@/api/client'
import { usePages } from '@/lib/query'
import { inLanguage } from '@/lib/shop'
import { useCurrency } from '@/lib/shop-currency'
import { useLanguage, useTexts } from '@/lib/text'
import { Button, ButtonLink } from '@/ui/button'
import { SelectField } from '@/ui/fields'
import { Pages } from '@/ui/list'
import { ProductGrid } from '@/ui/shop/product-grid'
import { Empty } from '@/ui/states'
import { Chosen } from './chosen'
import { Facets } from './facets'
import styles from './listing.module.css'
import {
  isNarrow,
  type Narrowing,
  queryOf,
  querySerializer,
  readNarrowing,
  SORTS,
  widened,
  writeNarrowing,
} from './narrowing'
import { texts } from './texts'

type Fixed = { readonly category?: string; readonly collection?: string }

/** The narrowing that the address holds, and the way to another one. */
function useNarrowing() {
  const search = useSearch({ strict: false }) as Readonly<Record<string, unknown>>
  const navigate = useNavigate()
  const narrowing = useMemo(() => readNarrowing(search), [search])
  const narrow = (next: Narrowing) =>
    void navigate({ to: '.', search: writeNarrowing(next) as never, resetScroll: false })
  return [narrowing, narrow] as const
}

/** Products to choose from: what narrows them, in which order they are, and they themselves. */
export function Listing({ label, fixed = {} }: { label: string; fixed?: Fixed }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { currency } = useCurrency()
  const [narrowing, narrow] = useNarrowing()
  const query = queryOf(narrowing, fixed, currency)
  const { sort: _, ...counted } = query
  const headers = inLanguage(language)
  const facets = useQuery({
    queryKey: ['shop', 'facets', counted, currency, language],
    placeholderData: keepPreviousData,
    queryFn: () =>
      body(
        api.GET('/v1/shop/products/facets', {
          params: { query: { ...counted, currency } },
          querySerializer,
          headers,
        }),
      ),
  }).data
  const pages = usePages(['shop', 'products', query, language], (cursor) =>
    body(
      api.GET('/v1/shop/products', {
        params: { query: { ...query, limit: 24, cursor } as never },
        querySerializer,
        headers,
      }),
    ),
  )
  return (
    <div className={styles.listing}>
      <details className={styles.side} ref={openWhereThereIsRoom}>
        <summary className={styles.summary}>
          <SlidersHorizontal size={18} aria-hidden="true" /> {t.filters}
        </summary>
        {facets && (
          <Facets
            facets={facets}
            narrowing={narrowing}
            onNarrow={narrow}
            hasCategories={fixed.category === undefined}
          />
        )}
      </details>
      <div className={styles.found}>
        <div className={styles.head}>
          <p role="status">{facets ? t.count(facets.total) : ''}</p>
          <Sorting narrowing={narrowing} onNarrow={narrow} />
        </div>
        {isNarrow(narrowing) && <Chosen narrowing={narrowing} onNarrow={narrow} />}
        <Pages pages={pages} empty={<Nothing narrowing={narrowing} onNarrow={narrow} />}>
          {(cards) => <ProductGrid label={label} cards={cards} currency={currency} />}
        </Pages>
      </div>
    </div>
  )
}

/** Beside the products the filters are open; above them, on a phone, they would push them away. */
function openWhereThereIsRoom(details: HTMLDetailsElement | null) {
  if (details) details.open = matchMedia('(min-width: 861px)').matches
}

type NarrowingProps = { narrowing: Narrowing; onNarrow: (next: Narrowing) => void }

function Sorting({ narrowing, onNarrow }: NarrowingProps) {
  const t = useTexts(texts)
  const { sort, q } = narrowing
  const possible = SORTS.filter((it) => it !== 'relevance' || q !== '')
  return (
    <SelectField
      name="sort"
      label={t.sort}
      value={sort ?? (q ? 'relevance' : 'newest')}
      choices={possible.map((value) => ({ value, label: t[value] }))}
      onChange={(event) =>
        onNarrow({ ...narrowing, sort: SORTS.find((it) => it === event.target.value) ?? null })
      }
    />
  )
}

function Nothing({ narrowing, onNarrow }: NarrowingProps) {
  const t = useTexts(texts)
  if (isNarrow(narrowing)) {
    const clear = (
      <Button look="secondary" small onClick={() => onNarrow(widened(narrowing))}>
        {t.clear}
      </Button>
    )
    return (
      <Empty title={t.none} action={clear}>
        {t.none_filtered}
      </Empty>
    )
  }
  const all = (
    <ButtonLink to="/shop" look="secondary" small>
      {t.back}
    </ButtonLink>
  )
  return (
    <Empty title={narrowing.q ? t.none : t.none_here} action={all}>
      {narrowing.q ? t.none_searched : undefined}
    </Empty>
  )
}
