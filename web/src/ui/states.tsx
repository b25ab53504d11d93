import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { describeProblem } from '@/lib/problem-texts'
import { defineTexts, useLanguage, useTexts } from '@/lib/text'
import { Button } from './button'
import styles from './states.module.css'

const texts = defineTexts(
  { loading: 'Loading', retry: 'Try again' },
  { loading: 'Wird geladen', retry: 'Noch einmal versuchen' },
)

/** Stands where lines will stand, as high as they are, so that nothing jumps. */
export function Loading({ lines = 3 }: { lines?: number }) {
  const t = useTexts(texts)
  return (
    <div className={styles.loading} role="status">
      <span className="visually-hidden">{t.loading}</span>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike and never move.
        <span key={index} className={styles.line} />
      ))}
    </div>
  )
}

export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  return (
    <div role="alert" className={styles.failed}>
      <CircleAlert size={20} aria-hidden="true" />
      <p>{describeProblem(error, language)}</p>
      {onRetry && (
        <Button look="secondary" small onClick={onRetry}>
          {t.retry}
        </Button>
      )}
    </div>
  )
}

/** Nothing is there yet: what would be, and how to get it. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className={styles.empty}>
      <p className={styles.emptyTitle}>{title}</p>
      {children && <p className="muted">{children}</p>}
      {action}
    </div>
  )
}

type Answer<T> = {
  data: T | undefined
  error: unknown
  refetch: () => unknown
}

/** What a query gave, or what stands there until it does. */
export function Loaded<T>({
  query,
  lines,
  children,
}: {
  query: Answer<T>
  lines?: number
  children: (data: T) => ReactNode
}) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <Failed error={query.error} onRetry={() => void query.refetch()} />
  return <Loading lines={lines} />
}
