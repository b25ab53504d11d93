import { createContext, type ReactNode, useContext, useId, useRef, useState } from 'react'
import { ProblemError } from '@/lib/problem'
import { describeField, describeProblem } from '@/lib/problem-texts'
import { useLanguage } from '@/lib/text'
import styles from './form.module.css'

/** What a form refuses by itself: a text for each field, by its name, and what no single field is
 * wrong about. */
export class FieldErrors extends Error {
  constructor(
    readonly fields: Readonly<Record<string, string>>,
    readonly summary: string | null = null,
  ) {
    super('some fields are wrong')
    this.name = 'FieldErrors'
  }
}

export type Values = Readonly<Record<string, string>>

type FormState = { errors: Readonly<Record<string, string>>; busy: boolean }
const FormContext = createContext<FormState>({ errors: {}, busy: false })

/** The error of a field of the form around it, and whether the form is being sent. */
export function useFormState(): FormState {
  return useContext(FormContext)
}

type FormProps = {
  /** Gets the fields' values; what it throws is shown at the fields, or above them. */
  onSubmit: (values: Values) => Promise<unknown> | unknown
  children: ReactNode
  /** Names of API fields that stand in a field of another name: `{ 'to/handle': 'to' }`. */
  aliases?: Readonly<Record<string, string>>
  label?: string
}

/**
 * A form that knows what went wrong. Fields inside find their errors by their `name`, which is
 * the API's JSON pointer without its first slash.
 */
export function Form({ onSubmit, children, aliases, label }: FormProps) {
  const { language } = useLanguage()
  const [state, setState] = useState<FormState>({ errors: {}, busy: false })
  const [summary, setSummary] = useState<string | null>(null)
  const form = useRef<HTMLFormElement>(null)
  const summaryId = useId()

  async function submit() {
    if (!form.current || state.busy) return
    setState({ errors: {}, busy: true })
    setSummary(null)
    try {
      await onSubmit(valuesOf(form.current))
      setState({ errors: {}, busy: false })
    } catch (error) {
      const failure = failureOf(error, form.current, aliases ?? {}, language)
      setState({ errors: failure.fields, busy: false })
      setSummary(failure.summary)
      focusOn(form.current, failure.fields, summaryId)
    }
  }

  /** What was said of a field doesn't hold any more when it is edited. */
  function forget(name: string) {
    if (!(name in state.errors)) return
    const { [name]: _, ...errors } = state.errors
    setState({ ...state, errors })
  }

  return (
    <form
      ref={form}
      noValidate
      aria-label={label}
      className={styles.form}
      onInput={(event) => {
        if ('name' in event.target) forget(String(event.target.name))
      }}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      {summary && (
        <p id={summaryId} role="alert" tabIndex={-1} className={styles.summary}>
          {summary}
        </p>
      )}
      <FormContext value={state}>{children}</FormContext>
    </form>
  )
}

/** Fields beside each other as far as there is room. */
export function SideBySide({ children }: { children: ReactNode }) {
  return <div className={styles.sideBySide}>{children}</div>
}

/** The buttons under a form. */
export function FormActions({ children }: { children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>
}

function valuesOf(form: HTMLFormElement): Values {
  const entries = [...new FormData(form)].filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(entries) as Values
}

type Failure = { fields: Record<string, string>; summary: string | null }

function failureOf(
  error: unknown,
  form: HTMLFormElement,
  aliases: Readonly<Record<string, string>>,
  language: 'en' | 'de',
): Failure {
  if (error instanceof FieldErrors) {
    return { fields: { ...error.fields }, summary: error.summary }
  }
  const fields: Record<string, string> = {}
  let isAllPlaced = false
  if (error instanceof ProblemError) {
    const placed = error.fields.map((field) => {
      const pointer = field.pointer.replace(/^\//, '')
      const name = aliases[pointer] ?? pointer
      if (!form.elements.namedItem(name)) return false
      fields[name] ??= describeField(field, language)
      return true
    })
    isAllPlaced = placed.length > 0 && placed.every(Boolean)
  }
  return { fields, summary: isAllPlaced ? null : describeProblem(error, language) }
}

/** Whoever can't see the page hears what is wrong: the first wrong field, or the summary. */
function focusOn(form: HTMLFormElement, fields: Record<string, string>, summaryId: string) {
  requestAnimationFrame(() => {
    const first = [...form.elements].find(
      (it): it is HTMLInputElement => 'name' in it && String(it.name) in fields,
    )
    const target = first ?? document.getElementById(summaryId)
    target?.focus()
  })
}
