import type { ReactNode } from 'react'
import { type Paged, Pages } from './list'
import styles from './records.module.css'

export type Column<T> = {
  /** Stands above the column, and on a phone beside the value. */
  name: string
  cell: (item: T) => ReactNode
  isEnd?: boolean
  /** A button, which says by itself what it does. */
  isAction?: boolean
}

type RecordsProps<T> = {
  label: string
  items: readonly T[]
  keyOf: (item: T) => string
  /** The first one says what it is. */
  columns: readonly Column<T>[]
}

/** Things with several columns: a table, and where that has no room, a card for each. */
export function Records<T>({ label, items, keyOf, columns }: RecordsProps<T>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard.
    <section className={styles.scroll} aria-label={label} tabIndex={0}>
      <table className={styles.records}>
        <thead>
          <tr>
            {columns.map(({ name, isEnd, isAction }) => (
              <th key={name} scope="col" className={isEnd || isAction ? styles.end : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)}>
              {columns.map(({ name, cell, isEnd, isAction }) => (
                <td
                  key={name}
                  data-name={isAction ? undefined : name}
                  className={isEnd || isAction ? styles.end : undefined}
                >
                  <div>{cell(item)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Records that are read page by page. */
export function PagedRecords<T>({
  pages,
  empty,
  ...records
}: { pages: Paged<T>; empty: ReactNode } & Omit<RecordsProps<T>, 'items'>) {
  return (
    <Pages pages={pages} empty={empty}>
      {(items) => <Records {...records} items={items} />}
    </Pages>
  )
}
