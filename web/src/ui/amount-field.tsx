import { type AmountFlaw, parseAmount } from '@/lib/amount'
import { defineTexts, type Language } from '@/lib/text'
import { Field, type FieldProps } from './fields'
import { FieldErrors } from './form'
import styles from './form.module.css'

const texts = defineTexts(
  {
    empty: 'Enter an amount.',
    malformed: 'Enter a number, such as 12 or 12.50.',
    too_precise: (scale: number) =>
      scale === 0 ? 'This comes in whole pieces only.' : `At most ${scale} decimals are possible.`,
    too_large: 'That is more than can be counted.',
    zero: 'Enter more than zero.',
  },
  {
    empty: 'Gib einen Betrag ein.',
    malformed: 'Gib eine Zahl ein, etwa 12 oder 12,50.',
    too_precise: (scale: number) =>
      scale === 0
        ? 'Das gibt es nur in ganzen Stücken.'
        : `Höchstens ${scale} Nachkommastellen sind möglich.`,
    too_large: 'Das ist mehr, als gezählt werden kann.',
    zero: 'Gib mehr als null ein.',
  },
)

type AmountFieldProps = FieldProps & {
  /** Shown behind the number. */
  asset: string
  scale: number
  defaultValue?: string
  autoFocus?: boolean
}

/** An amount in an asset's own scale; `amountOf` reads it back. */
export function AmountField({ asset, scale, defaultValue, autoFocus, ...field }: AmountFieldProps) {
  return (
    <Field {...field}>
      {(wired) => (
        <span className={styles.inner}>
          <input
            {...wired}
            // biome-ignore lint/a11y/noAutofocus: where it is asked for, it is the first thing to do.
            autoFocus={autoFocus}
            className={`${styles.input} ${styles.amount}`}
            inputMode={scale === 0 ? 'numeric' : 'decimal'}
            autoComplete="off"
            defaultValue={defaultValue}
            maxLength={60}
          />
          <span className={styles.end}>
            <span className={styles.suffix}>{asset}</span>
          </span>
        </span>
      )}
    </Field>
  )
}

/** The units that a field of a form holds, as the API takes them, or a `FieldErrors`. */
export function amountOf(
  values: Readonly<Record<string, string>>,
  name: string,
  scale: number,
  language: Language,
): string {
  const parsed = parseAmount(values[name] ?? '', scale, language)
  if ('flaw' in parsed) throw new FieldErrors({ [name]: describe(parsed.flaw, scale, language) })
  if (parsed.units === 0n) throw new FieldErrors({ [name]: texts[language].zero })
  return parsed.units.toString()
}

function describe(flaw: AmountFlaw, scale: number, language: Language): string {
  const t = texts[language]
  return flaw === 'too_precise' ? t.too_precise(scale) : t[flaw]
}
