import { useTexts } from '@/lib/text'
import { Tabs } from '@/ui/tabs'
import { texts } from './texts'

export function PaymentsTabs() {
  const t = useTexts(texts)
  return (
    <Tabs
      label={t.parts}
      tabs={[
        { to: '/staff/payments', label: t.deposits },
        { to: '/staff/payments/withdrawals', label: t.withdrawals },
        { to: '/staff/payments/reconciliations', label: t.reconciliations },
      ]}
    />
  )
}
