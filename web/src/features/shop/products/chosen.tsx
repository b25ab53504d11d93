import { X } from 'lucide-react'
import { formatAmount } from '@/lib/amount'
import { type Availability, useScale } from '@/lib/shop'
import { useCurrency } from '@/lib/shop-currency'
import { useLanguage, useTexts } from '@/lib/text'
import { texts as shopTexts } from '@/ui/shop/texts'
import { useCategoryNames, useFieldTitles } from './facets'
import styles from './listing.module.css'
import { fieldName, type Narrowing, optionName, toggled, widened } from './narrowing'
import { texts } from './texts'

type ChosenProps = { narrowing: Narrowing; onNarrow: (next: Narrowing) => void }

/** The filters that hold; each goes away by a click. */
export function Chosen({ narrowing, onNarrow }: ChosenProps) {
  const t = useTexts(texts)
  const shop = useTexts(shopTexts)
  const { language } = useLanguage()
  const { currency = '' } = useCurrency()
  const scale = useScale(currency)
  const names = useCategoryNames()
  const fields = useFieldTitles()
  const price = (units: string) => `${formatAmount(units, scale, language)} ${currency}`
  const word = (name: string, value: string) => {
    if (name === 'category') return names.get(value) ?? value
    if (name === 'availability') return shop[value as Availability]
    const field = fieldName(name)
    if (field) return `${fields.get(field) ?? field}: ${value}`
    const option = optionName(name)
    return option ? `${option}: ${value}` : value
  }
  const { min, max } = narrowing
  const all = [
    ...Object.entries(narrowing.values).flatMap(([name, values]) =>
      values.map((value) => ({
        label: word(name, value),
        without: toggled(narrowing, name, value),
      })),
    ),
    ...(min ? [{ label: t.at_least(price(min)), without: { ...narrowing, min: null } }] : []),
    ...(max ? [{ label: t.at_most(price(max)), without: { ...narrowing, max: null } }] : []),
  ]
  return (
    <ul className={styles.chosen} aria-label={t.chosen}>
      {all.map(({ label, without }) => (
        <li key={label}>
          <button
            type="button"
            className={styles.chip}
            aria-label={t.remove(label)}
            onClick={() => onNarrow(without)}
          >
            {label} <X size={14} aria-hidden="true" />
          </button>
        </li>
      ))}
      {all.length > 1 && (
        <li>
          <button
            type="button"
            className={styles.clear}
            onClick={() => onNarrow(widened(narrowing))}
          >
            {t.clear}
          </button>
        </li>
      )}
    </ul>
  )
}
