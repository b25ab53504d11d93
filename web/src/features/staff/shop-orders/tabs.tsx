import { defineTexts, useTexts } from '@/lib/text'
import { Tabs } from '@/ui/tabs'

const texts = defineTexts(
  {
    tabs: 'Orders and returns',
    orders: 'Orders',
    returns: 'Returns',
    stranded: 'Stranded refunds',
  },
  {
    tabs: 'Bestellungen und Rückgaben',
    orders: 'Bestellungen',
    returns: 'Rückgaben',
    stranded: 'Gestrandete Erstattungen',
  },
)

/** What was bought, and what comes back of it, and money that could not. */
export function OrdersTabs() {
  const t = useTexts(texts)
  return (
    <Tabs
      label={t.tabs}
      tabs={[
        { to: '/staff/shop/orders', label: t.orders },
        { to: '/staff/shop/returns', label: t.returns },
        { to: '/staff/shop/stranded-refunds', label: t.stranded },
      ]}
    />
  )
}
