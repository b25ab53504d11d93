import type { ReactNode } from 'react'
import styles from './notice.module.css'

/** Something to know before going on. */
export function Notice({
  tone = 'info',
  children,
}: {
  tone?: 'info' | 'warning' | 'good' | 'bad'
  children: ReactNode
}) {
  return <div className={`${styles.notice} ${styles[tone]}`}>{children}</div>
}
