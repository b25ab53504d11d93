import { defineTexts, useTexts } from '@/lib/text'
import { Tabs } from '@/ui/tabs'

const texts = defineTexts(
  {
    tabs: 'Catalogue',
    products: 'Products',
    categories: 'Categories',
    collections: 'Collections',
    imports: 'Import and export',
  },
  {
    tabs: 'Sortiment',
    products: 'Produkte',
    categories: 'Kategorien',
    collections: 'Sammlungen',
    imports: 'Import und Export',
  },
)

/** What is sold, and how it is ordered. */
export function CatalogueTabs() {
  const t = useTexts(texts)
  return (
    <Tabs
      label={t.tabs}
      tabs={[
        { to: '/staff/shop/products', label: t.products },
        { to: '/staff/shop/categories', label: t.categories },
        { to: '/staff/shop/collections', label: t.collections },
        { to: '/staff/shop/imports', label: t.imports },
      ]}
    />
  )
}
