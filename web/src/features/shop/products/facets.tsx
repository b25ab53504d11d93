import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Schemas } from '@/api/client'
import { editableAmount, formatAmount } from '@/lib/amount'
import { type Availability, categoriesQuery, customFieldsQuery, useScale } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { amountOf } from '@/ui/amount-field'
import { Submit } from '@/ui/confirm'
import { CheckField, TextField } from '@/ui/fields'
import { Form, type Values } from '@/ui/form'
import { texts as shopTexts } from '@/ui/shop/texts'
import styles from './listing.module.css'
import { fieldKey, type Narrowing, optionKey, toggled } from './narrowing'
import { texts } from './texts'

type FacetsProps = {
  facets: Schemas['ProductFacets']
  narrowing: Narrowing
  onNarrow: (next: Narrowing) => void
  hasCategories: boolean
}

type Value = { readonly value: string; readonly label?: string; readonly count: number }

/** So many values of a facet stand there at once. */
const SHOWN_MAX = 8

/** By what the products that are found differ, and how many there are of each. */
export function Facets({ facets, narrowing, onNarrow, hasCategories }: FacetsProps) {
  const t = useTexts(texts)
  const shop = useTexts(shopTexts)
  const names = useCategoryNames()
  const fields = useFieldTitles()
  const group = (name: string, title: string, values: readonly Value[]) => (
    <Group
      key={name}
      title={title}
      values={values}
      chosen={narrowing.values[name] ?? []}
      onToggle={(value) => onNarrow(toggled(narrowing, name, value))}
    />
  )
  return (
    <div className={styles.facets}>
      {hasCategories &&
        group(
          'category',
          t.category,
          facets.categories.flatMap(({ id, count }) => {
            const label = names.get(id)
            return label ? [{ value: id, label, count }] : []
          }),
        )}
      {facets.price && (
        <PriceRange facet={facets.price} narrowing={narrowing} onNarrow={onNarrow} />
      )}
      {facets.options.map(({ name, values }) => group(optionKey(name), name, values))}
      {facets.custom_fields.map(({ name, values }) =>
        group(fieldKey(name), fields.get(name) ?? name, values),
      )}
      {group('vendor', t.vendor, facets.vendors)}
      {group(
        'availability',
        t.availability,
        facets.availability.map(({ value, count }) => {
          return { value, label: shop[value as Availability], count }
        }),
      )}
      {group('tag', t.tag, facets.tags)}
    </div>
  )
}

export function useCategoryNames(): ReadonlyMap<string, string> {
  const { language } = useLanguage()
  const all = useQuery(categoriesQuery(language)).data ?? []
  return new Map(all.map(({ id, title }) => [id, title]))
}

/** Titles of custom fields, by handle. */
export function useFieldTitles(): ReadonlyMap<string, string> {
  const { language } = useLanguage()
  const all = useQuery(customFieldsQuery(language)).data ?? []
  return new Map(all.map(({ handle, title }) => [handle, title]))
}

type GroupProps = {
  title: string
  values: readonly Value[]
  chosen: readonly string[]
  onToggle: (value: string) => void
}

/** One value alone divides nothing, unless it was chosen. */
function Group({ title, values, chosen, onToggle }: GroupProps) {
  const t = useTexts(texts)
  if (values.length < 2 && chosen.length === 0) return null
  const check = ({ value, label = value, count }: Value) => (
    <CheckField
      key={value}
      label={
        <span className={styles.value}>
          {label} <span className="muted">{count}</span>
        </span>
      }
      checked={chosen.includes(value)}
      onChange={() => onToggle(value)}
    />
  )
  const rest = values.slice(SHOWN_MAX)
  return (
    <Titled title={title}>
      {values.slice(0, SHOWN_MAX).map(check)}
      {rest.length > 0 && (
        <details className={styles.rest}>
          <summary>{t.more_values(rest.length)}</summary>
          <div className={styles.values}>{rest.map(check)}</div>
        </details>
      )}
    </Titled>
  )
}

function Titled({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className={styles.group}>
      <legend className={styles.legend}>{title}</legend>
      <div className={styles.values}>{children}</div>
    </fieldset>
  )
}

type PriceRangeProps = Pick<FacetsProps, 'narrowing' | 'onNarrow'> & {
  facet: Schemas['PriceFacet']
}

function PriceRange({ facet, narrowing, onNarrow }: PriceRangeProps) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const scale = useScale(facet.currency)
  const { min, max } = narrowing
  if (facet.min === facet.max && min === null && max === null) return null
  const apply = (values: Values) => {
    const read = (name: string) =>
      values[name]?.trim() ? amountOf(values, name, scale, language) : null
    onNarrow({ ...narrowing, min: read('min'), max: read('max') })
  }
  const field = (name: 'min' | 'max', chosen: string | null) => (
    <TextField
      name={name}
      label={t[name]}
      inputMode="decimal"
      autoComplete="off"
      placeholder={formatAmount(facet[name], scale, language)}
      defaultValue={chosen ? editableAmount(chosen, scale, language) : ''}
    />
  )
  return (
    <Titled title={`${t.price_range} (${facet.currency})`}>
      <Form key={`${min} ${max}`} label={t.price_range} onSubmit={apply}>
        <div className={styles.range}>
          {field('min', min)}
          {field('max', max)}
        </div>
        <Submit look="secondary">{t.apply}</Submit>
      </Form>
    </Titled>
  )
}
