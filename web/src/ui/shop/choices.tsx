import { type InputHTMLAttributes, type ReactNode, useId } from 'react'
import styles from './choices.module.css'

/** One of a few ways, each with what it costs or needs. */
export function Choices({ label, children }: { label: string; children: ReactNode }) {
  return (
    <fieldset>
      <legend className="visually-hidden">{label}</legend>
      <div className={styles.choices}>{children}</div>
    </fieldset>
  )
}

type ChoiceFieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'id' | 'className' | 'type'> & {
  label: ReactNode
  note?: ReactNode
  end?: ReactNode
}

export function ChoiceField({ label, note, end, ...input }: ChoiceFieldProps) {
  const id = useId()
  return (
    <div className={styles.choice}>
      <input type="radio" {...input} id={id} aria-describedby={note ? `${id}-note` : undefined} />
      <div className={styles.words}>
        <label htmlFor={id} className={styles.label}>
          {label}
        </label>
        {note && (
          <span id={`${id}-note`} className={styles.note}>
            {note}
          </span>
        )}
      </div>
      {end && <span className={styles.end}>{end}</span>}
    </div>
  )
}
