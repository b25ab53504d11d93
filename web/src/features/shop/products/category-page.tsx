import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type Category, categoriesQuery } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { Page } from '@/ui/page'
import { Loaded } from '@/ui/states'
import styles from './category.module.css'
import { Gone } from './gone'
import { Listing } from './listing'
import { texts } from './texts'

/** What is in a category and below it. */
export default function CategoryPage() {
  const { language } = useLanguage()
  const { handle } = useParams({ strict: false }) as { handle: string }
  return (
    <Loaded query={useQuery(categoriesQuery(language))} lines={6}>
      {(all) => {
        const category = all.find((it) => it.handle === handle)
        return category ? <Shown key={category.id} category={category} all={all} /> : <Gone />
      }}
    </Loaded>
  )
}

type ShownProps = { category: Category; all: readonly Category[] }

function Shown({ category, all }: ShownProps) {
  const t = useTexts(texts)
  const above = all.find(({ id }) => id === category.parent)
  const below = all.filter(({ parent }) => parent === category.id)
  const back = above
    ? { to: `/shop/categories/${above.handle}`, label: above.title }
    : { to: '/shop', label: t.back }
  return (
    <Page title={category.title} lead={category.description || undefined} back={back}>
      {below.length > 0 && (
        <nav aria-label={t.subcategories}>
          <ul className={styles.below}>
            {below.map(({ id, handle, title }) => (
              <li key={id}>
                <Link
                  to="/shop/categories/$handle"
                  params={{ handle }}
                  className={styles.subcategory}
                >
                  {title}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <Listing label={category.title} fixed={{ category: category.handle }} />
    </Page>
  )
}
