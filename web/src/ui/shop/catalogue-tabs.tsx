import { defineTexts, useTexts } from '@/lib/text'
import { Tabs } from '@/ui/tabs'

const texts = defineTexts(
  {
    tabs: 'Catalogue',
    products: 'Products',
    categories: 'Categories',
    collections: 'Collections',
    custom_fields: 'Fields',
    imports: 'Import and export',
  },
  {
    tabs: 'Sortiment',
    products: 'Produkte',
    categories: 'Kategorien',
    collections: 'Sammlungen',
    custom_fields: 'Felder',
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
        { to: '/staff/shop/custom-fields', label: t.custom_fields },
        { to: '/staff/shop/imports', label: t.imports },
      ]}
    />
  )
}
