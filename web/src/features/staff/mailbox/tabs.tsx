import { useTexts } from '@/lib/text'
import { Tabs } from '@/ui/tabs'
import { texts } from './texts'

export function MailTabs() {
  const t = useTexts(texts)
  return (
    <Tabs
      label={t.parts}
      tabs={[
        { to: '/staff/mailbox', label: t.mailbox },
        { to: '/staff/mailbox/messages', label: t.messages },
        { to: '/staff/mailbox/suppressions', label: t.suppressions },
      ]}
    />
  )
}
