import { useState } from 'react'
import { editableAmount, formatAmount } from '@/lib/amount'
import { useLanguage, useTexts } from '@/lib/text'
import type { Account } from '@/lib/wallet'
import { AmountField } from '@/ui/amount-field'
import { Button } from '@/ui/button'
import { texts } from './texts'

type Props = {
  account: Account
  label: string
  defaultValue?: string
  /** What limits it besides what is there. */
  limits?: readonly string[]
}

/** How much of an account goes, with a button for all that there is. The field is `amount`. */
export function AvailableField({ account, label, defaultValue = '', limits = [] }: Props) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { available, scale, asset } = account
  const [all, setAll] = useState({ times: 0, text: defaultValue })
  const has = `${formatAmount(available, scale, language)} ${asset}`
  return (
    <div className="stack">
      <AmountField
        key={all.times}
        name="amount"
        label={label}
        hint={[t.available(has), ...limits].join(' · ')}
        asset={asset}
        scale={scale}
        defaultValue={all.text}
      />
      <div>
        <Button
          look="secondary"
          small
          disabled={available === '0'}
          onClick={() =>
            setAll(({ times }) => ({
              times: times + 1,
              text: editableAmount(available, scale, language),
            }))
          }
        >
          {t.all}
        </Button>
      </div>
    </div>
  )
}
