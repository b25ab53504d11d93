import { ChevronDown } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import styles from './expandable.module.css'

type ExpandableProps = {
  /** What it is, then what stands at its end. */
  summary: ReactNode
  end?: ReactNode
  children: ReactNode
}

/** One of a list, which says more when it is opened. */
export function Expandable({ summary, end, children }: ExpandableProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <li className={styles.item}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className={styles.summary}>
          <ChevronDown size={18} aria-hidden="true" className={styles.sign} />
          <span className={styles.main}>{summary}</span>
          {end && <span className={styles.end}>{end}</span>}
        </summary>
        {isOpen && <div className={styles.more}>{children}</div>}
      </details>
    </li>
  )
}

/** What a program wrote, as it is. */
export function Raw({ label, value }: { label: string; value: unknown }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard.
    <section className={styles.raw} aria-label={label} tabIndex={0}>
      <pre>{typeof value === 'string' ? value : JSON.stringify(value, null, 2)}</pre>
    </section>
  )
}
