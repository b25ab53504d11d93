import { useTexts } from '@/lib/text'
import { Tabs } from '@/ui/tabs'
import { texts } from './texts'

export function StockTabs() {
  const t = useTexts(texts)
  return (
    <Tabs
      label={t.tabs}
      tabs={[
        { to: '/staff/shop/stock', label: t.title },
        { to: '/staff/shop/locations', label: t.locations },
      ]}
    />
  )
}
