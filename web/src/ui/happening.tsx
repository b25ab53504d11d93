import { useTexts } from '@/lib/text'
import styles from './happening.module.css'
import { happenings } from './happenings'

/** What happened, in words where there are some, and its stable name. */
export function Happening({ kind }: { kind: string }) {
  const words: Readonly<Record<string, string>> = useTexts(happenings)
  const text = words[kind]
  if (!text) return <code>{kind}</code>
  return (
    <span className={styles.happening}>
      <span>{text}</span> <code className={styles.kind}>{kind}</code>
    </span>
  )
}
