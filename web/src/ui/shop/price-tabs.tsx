import { defineTexts, useTexts } from '@/lib/text'
import { Tabs } from '@/ui/tabs'

const texts = defineTexts(
  {
    tabs: 'Prices',
    promotions: 'Promotions',
    lists: 'Price lists',
    groups: 'Customer groups',
  },
  {
    tabs: 'Preise',
    promotions: 'Aktionen',
    lists: 'Preislisten',
    groups: 'Kundengruppen',
  },
)

/** What makes things cheaper, and for whom. */
export function PriceTabs() {
  const t = useTexts(texts)
  return (
    <Tabs
      label={t.tabs}
      tabs={[
        { to: '/staff/shop/promotions', label: t.promotions },
        { to: '/staff/shop/price-lists', label: t.lists },
        { to: '/staff/shop/customer-groups', label: t.groups },
      ]}
    />
  )
}
