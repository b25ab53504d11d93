import { Link, type LinkProps } from '@tanstack/react-router'
import styles from './tabs.module.css'

type Tab = Pick<LinkProps, 'to' | 'params' | 'search'> & { label: string }

/** Neighbouring pages. They are links: the address says which one is open. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav className={styles.tabs} aria-label={label}>
      {tabs.map(({ label: name, ...link }) => (
        <Link
          key={name}
          {...link}
          className={styles.tab}
          activeOptions={{ exact: true, includeSearch: link.search !== undefined }}
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}
