import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { api, body } from '@/api/client'
import { usePermissions } from '@/lib/session'
import {
  type Category,
  type Collection,
  categoriesQuery,
  collectionsQuery,
  inLanguage,
} from '@/lib/shop'
import { useCurrency } from '@/lib/shop-currency'
import { useLanguage, useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Page } from '@/ui/page'
import { ProductGrid } from '@/ui/shop/product-grid'
import { Empty, Loaded } from '@/ui/states'
import styles from './home.module.css'
import { texts } from './texts'

const NEWEST = 8
const OF_A_COLLECTION = 4
/** More would be no look around any more. */
const COLLECTIONS_MAX = 4

/** The shop's front: what there is, what goes together, what is new. */
export default function ShopPage() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const collections = useQuery(collectionsQuery(language)).data ?? []
  return (
    <Page title={t.title} lead={t.lead}>
      <Categories />
      <Newest />
      {collections.slice(0, COLLECTIONS_MAX).map((collection) => (
        <InCollection key={collection.id} collection={collection} />
      ))}
    </Page>
  )
}

function Categories() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const all = useQuery(categoriesQuery(language)).data ?? []
  const top = all.filter(({ parent }) => parent === null)
  if (top.length === 0) return null
  return (
    <nav aria-label={t.categories}>
      <ul className={styles.categories}>
        {top.map((category) => (
          <li key={category.id}>
            <Tile category={category} below={all.filter(({ parent }) => parent === category.id)} />
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Tile({ category, below }: { category: Category; below: readonly Category[] }) {
  return (
    <Link
      to="/shop/categories/$handle"
      params={{ handle: category.handle }}
      className={styles.tile}
    >
      <span className={styles.tileTitle}>{category.title}</span>
      {below.length > 0 && (
        <span className={styles.tileMore}>{below.map(({ title }) => title).join(', ')}</span>
      )}
    </Link>
  )
}

function useCards(key: string, query: Readonly<Record<string, string | number>>) {
  const { language } = useLanguage()
  return useQuery({
    queryKey: ['shop', 'products', key, language],
    queryFn: async () =>
      (
        await body(
          api.GET('/v1/shop/products', { params: { query }, headers: inLanguage(language) }),
        )
      ).data,
  })
}

function Newest() {
  const t = useTexts(texts)
  const { currency } = useCurrency()
  const query = useCards('newest', { limit: NEWEST })
  return (
    <section className={styles.part}>
      <Head title={t.newest} to="/shop/search" more={t.more} />
      <Loaded query={query} lines={5}>
        {(cards) =>
          cards.length === 0 ? (
            <Nothing />
          ) : (
            <ProductGrid label={t.newest} cards={cards} currency={currency} />
          )
        }
      </Loaded>
    </section>
  )
}

function Nothing() {
  const t = useTexts(texts)
  const action = usePermissions().has('catalogue.write') && (
    <ButtonLink to="/staff/shop/products">{t.add_products}</ButtonLink>
  )
  return (
    <Empty title={t.empty} action={action}>
      {t.empty_lead}
    </Empty>
  )
}

/** Nothing of it is shown before there is something in it. */
function InCollection({ collection }: { collection: Collection }) {
  const t = useTexts(texts)
  const { currency } = useCurrency()
  const { handle, title } = collection
  const cards = useCards(`in ${handle}`, {
    'filter[collection]': handle,
    limit: OF_A_COLLECTION,
  }).data
  if (!cards || cards.length === 0) return null
  return (
    <section className={styles.part}>
      <Head
        title={title}
        to="/shop/collections/$handle"
        params={{ handle }}
        more={t.collection_more(title)}
      />
      <ProductGrid label={title} cards={cards} currency={currency} />
    </section>
  )
}

type HeadProps = { title: string; to: string; params?: { handle: string }; more: string }

function Head({ title, to, params, more }: HeadProps) {
  return (
    <div className={styles.head}>
      <h2 className={styles.heading}>{title}</h2>
      <Link to={to} params={params as never} className={styles.more}>
        {more} <ChevronRight size={16} aria-hidden="true" />
      </Link>
    </div>
  )
}
