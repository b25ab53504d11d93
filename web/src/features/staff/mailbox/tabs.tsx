import { usePermissions } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Tabs } from '@/ui/tabs'
import { texts } from './texts'

export function MailTabs() {
  const t = useTexts(texts)
  const seesMailbox = usePermissions().has('mailbox.read')
  return (
    <Tabs
      label={t.parts}
      tabs={[
        ...(seesMailbox ? [{ to: '/staff/mailbox' as const, label: t.mailbox }] : []),
        { to: '/staff/mailbox/messages', label: t.messages },
        { to: '/staff/mailbox/suppressions', label: t.suppressions },
      ]}
    />
  )
}
