import { Link, type LinkProps } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import { defineTexts, useTexts } from '@/lib/text'
import { Button } from './button'
import styles from './list.module.css'
import { Failed, Loading } from './states'

const texts = defineTexts({ more: 'Show more' }, { more: 'Mehr anzeigen' })

/** Things under each other, with a line between. */
export function List({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className={styles.list} aria-label={label}>
      {children}
    </ul>
  )
}

type ItemProps = {
  /** What it is, at the start. */
  children: ReactNode
  /** Its amount or state, at the end. */
  end?: ReactNode
  /** Where it leads. */
  link?: Pick<LinkProps, 'to' | 'params' | 'search'>
}

export function Item({ children, end, link }: ItemProps) {
  const inside = (
    <>
      <div className={styles.main}>{children}</div>
      {end && <div className={styles.end}>{end}</div>}
    </>
  )
  return (
    <li>
      {link ? (
        <Link {...link} className={`${styles.item} ${styles.linked}`}>
          {inside}
        </Link>
      ) : (
        <div className={styles.item}>{inside}</div>
      )}
    </li>
  )
}

export type Paged<T> = {
  items: readonly T[] | undefined
  error: unknown
  hasMore: boolean
  isLoadingMore: boolean
  loadMore: () => void
  retry: () => void
}

/** What is read page by page: what stands there until it is, or where there is nothing. */
export function Pages<T>({
  pages,
  empty,
  children,
}: {
  pages: Paged<T>
  empty: ReactNode
  children: (items: readonly T[]) => ReactNode
}) {
  const t = useTexts(texts)
  const { items, hasMore, isLoadingMore, loadMore } = pages
  // The server looks at so much for a page and no further, so that one may be empty.
  const isSearching = items?.length === 0 && hasMore
  useEffect(() => {
    if (isSearching && !isLoadingMore) loadMore()
  }, [isSearching, isLoadingMore, loadMore])
  if (!items && pages.error) return <Failed error={pages.error} onRetry={pages.retry} />
  if (!items || isSearching) return <Loading lines={5} />
  if (items.length === 0) return empty
  return (
    <>
      {children(items)}
      {hasMore && (
        <div>
          <Button look="secondary" small busy={isLoadingMore} onClick={loadMore}>
            {t.more}
          </Button>
        </div>
      )}
    </>
  )
}

/** A list that is read page by page. */
export function PagedList<T>({
  pages,
  label,
  empty,
  children,
}: {
  pages: Paged<T>
  label: string
  empty: ReactNode
  children: (item: T) => ReactNode
}) {
  return (
    <Pages pages={pages} empty={empty}>
      {(items) => <List label={label}>{items.map(children)}</List>}
    </Pages>
  )
}

/** A table for what has several columns; on a phone it scrolls by itself, the page doesn't. */
export function Table({
  label,
  head,
  children,
}: {
  label: string
  head: readonly ReactNode[]
  children: ReactNode
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard.
    <section className={styles.scroll} aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {head.map((name, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns don't move.
              <th key={index} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  )
}
