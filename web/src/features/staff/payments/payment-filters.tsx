import { useQuery } from '@tanstack/react-query'
import type { Filters as Values } from '@/lib/filters'
import { useProviders } from '@/lib/payments'
import { useTexts } from '@/lib/text'
import { assetsQuery } from '@/lib/wallet'
import { type Choice, SelectField, TextField } from '@/ui/fields'
import { Filters } from '@/ui/filters'
import { texts } from './texts'

export const FILTERS = ['status', 'user', 'asset', 'provider'] as const
export type PaymentFilters = Values<(typeof FILTERS)[number]>

type Props = {
  /** The states that there are to choose from. */
  states: readonly Choice[]
  values: PaymentFilters
  onChange: (values: Readonly<Record<string, string>>) => void
}

/** By what deposits and withdrawals are narrowed. */
export function PaymentFilterFields({ states, values, onChange }: Props) {
  const t = useTexts(texts)
  const all = { value: '', label: t.all }
  const assets = useQuery(assetsQuery).data ?? []
  const providers = useProviders().data ?? []
  const money = assets.filter((asset) => asset.kind === 'money')
  return (
    <Filters
      // Made anew when the choices are known, so that the address's is chosen among them.
      key={`${assets.length} ${providers.length}`}
      label={t.filter}
      values={values}
      onChange={onChange}
    >
      <SelectField name="status" label={t.state} choices={[all, ...states]} />
      <TextField name="user" label={t.user_hint} placeholder="usr_…" spellCheck={false} />
      <SelectField
        name="asset"
        label={t.asset}
        choices={[all, ...money.map(({ code }) => ({ value: code, label: code }))]}
      />
      <SelectField
        name="provider"
        label={t.provider}
        choices={[all, ...providers.map(({ name }) => ({ value: name, label: name }))]}
      />
    </Filters>
  )
}

/** As the API takes them, apart from the state. */
export function queryOf({ user, asset, provider }: PaymentFilters) {
  return { 'filter[user]': user, 'filter[asset]': asset, 'filter[provider]': provider }
}
