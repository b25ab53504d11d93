import { Link, type LinkProps, useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import styles from './tabs.module.css'

type Tab = Pick<LinkProps, 'to' | 'params' | 'search'> & { label: string }

/** Neighbouring pages. They are links: the address says which one is open. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const nav = useRef<HTMLElement>(null)
  const href = useLocation({ select: (location) => location.href })
  // On a phone the open one may be beyond the edge.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address opens another one.
  useEffect(() => {
    const current = nav.current?.querySelector('[aria-current]')
    current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [href])
  return (
    <nav ref={nav} className={styles.tabs} aria-label={label}>
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
