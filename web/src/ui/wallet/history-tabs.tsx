import { useTexts } from '@/lib/text'
import { Tabs } from '@/ui/tabs'
import { texts } from './texts'

/** The two views of what happened. */
export function HistoryTabs() {
  const t = useTexts(texts)
  return (
    <Tabs
      label={t.views}
      tabs={[
        { to: '/history', label: t.by_account },
        { to: '/transfers', label: t.transfers },
      ]}
    />
  )
}
