import { defineTexts, useTexts } from '@/lib/text'
import { Tabs } from '@/ui/tabs'

const texts = defineTexts(
  { tabs: 'Orders and returns', orders: 'Orders', returns: 'Returns' },
  { tabs: 'Bestellungen und Rückgaben', orders: 'Bestellungen', returns: 'Rückgaben' },
)

/** What was bought, and what comes back of it. */
export function OrdersTabs() {
  const t = useTexts(texts)
  return (
    <Tabs
      label={t.tabs}
      tabs={[
        { to: '/staff/shop/orders', label: t.orders },
        { to: '/staff/shop/returns', label: t.returns },
      ]}
    />
  )
}
