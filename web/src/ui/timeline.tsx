import type { ReactNode } from 'react'
import styles from './timeline.module.css'

/** What happened, oldest first; the last step may still be to come. */
export function Timeline({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ol className={styles.timeline} aria-label={label}>
      {children}
    </ol>
  )
}

export function Step({
  children,
  tone = 'done',
}: {
  children: ReactNode
  tone?: 'done' | 'bad' | 'waiting'
}) {
  return <li className={`${styles.step} ${styles[tone]}`}>{children}</li>
}
