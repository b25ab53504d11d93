import { useQuery } from '@tanstack/react-query'
import { type Category, categoriesQuery } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { Records } from '@/ui/records'
import { CatalogueTabs } from '@/ui/shop/catalogue-tabs'
import { Empty, Loaded } from '@/ui/states'
import { EditCategory, NewCategory, RemoveCategory } from './actions'
import styles from './categories.module.css'
import { texts } from './texts'
import { treeOf } from './tree'

/** The tree of categories. */
export default function StaffCategoriesPage() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const query = useQuery(categoriesQuery(language))
  return (
    <Guarded permission="catalogue.write" title={t.title}>
      <Page title={t.title} lead={t.lead} actions={query.data && <NewCategory all={query.data} />}>
        <CatalogueTabs />
        <Section>
          <Loaded query={query}>{(all) => <Tree all={all} />}</Loaded>
        </Section>
      </Page>
    </Guarded>
  )
}

function Tree({ all }: { all: readonly Category[] }) {
  const t = useTexts(texts)
  if (all.length === 0) return <Empty title={t.none}>{t.none_lead}</Empty>
  return (
    <Records
      label={t.title}
      items={treeOf(all)}
      keyOf={({ category }) => category.id}
      columns={[
        {
          name: t.category,
          cell: ({ category, depth }) => (
            <span className={styles.name} style={{ '--depth': depth } as never}>
              {category.title}
            </span>
          ),
        },
        { name: t.address, cell: ({ category }) => <code>{category.handle}</code> },
        {
          name: t.edit,
          isAction: true,
          cell: ({ category }) => (
            <div className="row">
              <EditCategory category={category} all={all} />
              <RemoveCategory category={category} />
            </div>
          ),
        },
      ]}
    />
  )
}
