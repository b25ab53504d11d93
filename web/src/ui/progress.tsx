import { useId } from 'react'
import styles from './progress.module.css'

type ProgressProps = {
  label: string
  done: number
  total: number
  /** How far it is, in words. */
  words: string
}

/** How far something is that takes a while. */
export function Progress({ label, done, total, words }: ProgressProps) {
  const id = useId()
  return (
    <div className={styles.progress}>
      <label htmlFor={id} className={styles.head}>
        <span className="visually-hidden">{label}</span>
        <span>{words}</span>
      </label>
      <progress id={id} className={styles.bar} value={done} max={Math.max(total, 1)} />
    </div>
  )
}
