import { formatAmount } from '@/lib/amount'
import { useLanguage, useTexts } from '@/lib/text'
import type { Account } from '@/lib/wallet'
import { SelectField } from '@/ui/fields'
import { texts } from './texts'

type Props = {
  name: string
  label?: string
  accounts: readonly Account[]
  /** The asset whose account is chosen. */
  value: string
  onChange: (asset: string) => void
}

/** One of the person's accounts, by its asset, with what is available. */
export function AccountField({ name, label, accounts, value, onChange }: Props) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const choices = accounts.map(({ asset, available, scale }) => ({
    value: asset,
    label: t.account_choice(asset, formatAmount(available, scale, language)),
  }))
  return (
    <SelectField
      name={name}
      label={label ?? t.account}
      choices={choices}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}
