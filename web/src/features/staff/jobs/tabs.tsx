import { useTexts } from '@/lib/text'
import { Tabs } from '@/ui/tabs'
import { texts } from './texts'

export function JobsTabs() {
  const t = useTexts(texts)
  return (
    <Tabs
      label={t.parts}
      tabs={[
        { to: '/staff/jobs', label: t.jobs },
        { to: '/staff/jobs/consumers', label: t.consumers },
      ]}
    />
  )
}
