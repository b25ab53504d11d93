import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
  useState,
} from 'react'
import { defineTexts, useTexts } from '@/lib/text'
import { useFormState } from './form'
import styles from './form.module.css'

const texts = defineTexts(
  { optional: 'optional', show: 'Show', hide: 'Hide' },
  { optional: 'freiwillig', show: 'Anzeigen', hide: 'Verbergen' },
)

export type FieldProps = {
  name: string
  label: string
  hint?: ReactNode
  /** Says so beside the label; everything else has to be filled in. */
  optional?: boolean
}

/** What an input needs to belong to its label, its hint and its error. */
export type Wired = {
  id: string
  name: string
  className?: string
  'aria-invalid': boolean
  'aria-describedby': string | undefined
}

/** A label, a hint, an error, and the input that `children` makes of them. */
export function Field({
  name,
  label,
  hint,
  optional,
  children,
}: FieldProps & { children: (wired: Wired) => ReactNode }) {
  const t = useTexts(texts)
  const id = useId()
  const error = useFormState().errors[name]
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label} {optional && <span className={styles.optional}>({t.optional})</span>}
      </label>
      {hint && (
        <span id={`${id}-hint`} className={styles.hint}>
          {hint}
        </span>
      )}
      {children({
        id,
        name,
        className: styles.input,
        'aria-invalid': Boolean(error),
        'aria-describedby': described || undefined,
      })}
      {error && (
        <span id={`${id}-error`} className={styles.error}>
          {error}
        </span>
      )}
    </div>
  )
}

type Rest<T> = Omit<T, keyof FieldProps | 'id' | 'className'>

export function TextField({
  end,
  ...props
}: FieldProps & Rest<InputHTMLAttributes<HTMLInputElement>> & { end?: ReactNode }) {
  const { name, label, hint, optional, ...input } = props
  return (
    <Field name={name} label={label} hint={hint} optional={optional}>
      {(wired) => (
        <span className={styles.inner}>
          <input type="text" {...input} {...wired} />
          {end && <span className={styles.end}>{end}</span>}
        </span>
      )}
    </Field>
  )
}

export function PasswordField(props: FieldProps & Rest<InputHTMLAttributes<HTMLInputElement>>) {
  const t = useTexts(texts)
  const [isShown, setShown] = useState(false)
  const reveal = (
    <button
      type="button"
      className={styles.reveal}
      aria-pressed={isShown}
      onClick={() => setShown(!isShown)}
    >
      {isShown ? t.hide : t.show}
    </button>
  )
  return <TextField {...props} type={isShown ? 'text' : 'password'} end={reveal} />
}

/** A one-time code; phones offer it from the message that brought it. */
export function CodeField(props: FieldProps & { digits?: number }) {
  const { name, label, hint, optional, digits } = props
  return (
    <Field name={name} label={label} hint={hint} optional={optional}>
      {(wired) => (
        <input
          {...wired}
          className={`${styles.input} ${styles.code}`}
          inputMode={digits ? 'numeric' : 'text'}
          autoComplete="one-time-code"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={digits ? digits + 2 : undefined}
        />
      )}
    </Field>
  )
}

export function TextAreaField(
  props: FieldProps & Rest<TextareaHTMLAttributes<HTMLTextAreaElement>>,
) {
  const { name, label, hint, optional, ...area } = props
  return (
    <Field name={name} label={label} hint={hint} optional={optional}>
      {(wired) => <textarea {...area} {...wired} />}
    </Field>
  )
}

export type Choice = { value: string; label: string }

export function SelectField(
  props: FieldProps &
    Rest<SelectHTMLAttributes<HTMLSelectElement>> & { choices: readonly Choice[] },
) {
  const { name, label, hint, optional, choices, ...select } = props
  return (
    <Field name={name} label={label} hint={hint} optional={optional}>
      {(wired) => (
        <select {...select} {...wired}>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

type CheckProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'id' | 'className' | 'type'> & {
  label: ReactNode
}

export function CheckField({ label, ...input }: CheckProps) {
  const id = useId()
  return (
    <div className={styles.check}>
      <input type="checkbox" {...input} id={id} />
      <label htmlFor={id}>{label}</label>
    </div>
  )
}
