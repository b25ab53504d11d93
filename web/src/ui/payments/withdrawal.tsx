import type { Schemas } from '@/api/client'
import { useLanguage, useTexts } from '@/lib/text'
import { Badge } from '@/ui/shown'
import { paymentTexts } from './texts'

export type Withdrawal = Schemas['Withdrawal']

const TONES = {
  pending: 'info',
  processing: 'info',
  paid: 'good',
  failed: 'bad',
  returned: 'bad',
} as const

export function WithdrawalBadge({ status }: { status: Withdrawal['status'] }) {
  const t = useTexts(paymentTexts)
  return <Badge tone={TONES[status]}>{t[`w_${status}`]}</Badge>
}

/** "Austria account ending in 3201" */
export function useBankName() {
  const t = useTexts(paymentTexts)
  const { language } = useLanguage()
  const names = new Intl.DisplayNames(language, { type: 'region', fallback: 'code' })
  return ({ country, last4 }: Withdrawal['destination']) =>
    t.to_bank(names.of(country) ?? country, last4)
}
