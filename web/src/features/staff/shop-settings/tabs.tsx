import { useTexts } from '@/lib/text'
import { Tabs } from '@/ui/tabs'
import { texts } from './texts'

export function SettingsTabs() {
  const t = useTexts(texts)
  return (
    <Tabs
      label={t.title}
      tabs={[
        { to: '/staff/shop/settings', label: t.general },
        { to: '/staff/shop/taxes', label: t.taxes },
        { to: '/staff/shop/shipping', label: t.shipping },
      ]}
    />
  )
}
