import { useState } from 'react'
import { editableAmount, parseAmount } from '@/lib/amount'
import { useLanguage, useTexts } from '@/lib/text'
import type { Account } from '@/lib/wallet'
import { AmountField, amountOf } from '@/ui/amount-field'
import { Button } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { SelectField, TextField } from '@/ui/fields'
import { Form, FormActions, SideBySide, type Values } from '@/ui/form'
import { type Filters, filtersOf } from './filters'
import styles from './history.module.css'
import { texts } from './texts'

const KINDS = [
  'transfer',
  'invitation',
  'request_payment',
  'scheduled_transfer',
  'deposit',
  'withdrawal',
  'refund',
  'dispute',
  'returned_payout',
  'adjustment',
  'reversal',
  'issue',
  'purchase',
  'purchase_refund',
] as const

type Props = { account: Account; filters: Filters; onChange: (filters: Filters) => void }

export function FilterForm({ account, filters, onChange }: Props) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const count = Object.keys(filters).length
  const [isOpen, setOpen] = useState(count > 0)
  const any = { value: '', label: t.any }
  const { asset, scale } = account
  const apply = (values: Values) => {
    // In the address, amounts have a point in every language.
    const amount = (name: 'min' | 'max') =>
      values[name] && editableAmount(amountOf(values, name, scale, language), scale, 'en')
    onChange(filtersOf({ ...values, min: amount('min'), max: amount('max') }))
  }
  const typed = (text: string | undefined) => {
    const parsed = parseAmount(text ?? '', scale, 'en')
    return 'units' in parsed ? editableAmount(parsed.units, scale, language) : ''
  }
  return (
    <details
      className={styles.fold}
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{count > 0 ? t.filters_on(count) : t.filters}</summary>
      <Form onSubmit={apply} label={t.filters}>
        <TextField
          name="q"
          label={t.q}
          hint={t.q_hint}
          type="search"
          maxLength={200}
          defaultValue={filters.q}
        />
        <SideBySide>
          <SelectField
            name="direction"
            label={t.direction}
            defaultValue={filters.direction}
            choices={[any, { value: 'in', label: t.in }, { value: 'out', label: t.out }]}
          />
          <SelectField
            name="kind"
            label={t.kind}
            defaultValue={filters.kind}
            choices={[any, ...KINDS.map((value) => ({ value, label: t[`k_${value}`] }))]}
          />
          <TextField
            name="counterparty"
            label={t.counterparty}
            placeholder="@ann"
            autoCapitalize="off"
            spellCheck={false}
            defaultValue={filters.counterparty}
          />
        </SideBySide>
        <SideBySide>
          <TextField name="from" label={t.from} type="date" defaultValue={filters.from} />
          <TextField name="to" label={t.to} type="date" defaultValue={filters.to} />
          <AmountField
            name="min"
            label={t.min}
            asset={asset}
            scale={scale}
            defaultValue={typed(filters.min)}
          />
          <AmountField
            name="max"
            label={t.max}
            asset={asset}
            scale={scale}
            defaultValue={typed(filters.max)}
          />
        </SideBySide>
        <FormActions>
          <Submit>{t.apply}</Submit>
          <Button look="quiet" onClick={() => onChange({})}>
            {t.clear}
          </Button>
        </FormActions>
      </Form>
    </details>
  )
}
