import { Link, type LinkProps } from '@tanstack/react-router'
import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { shortId } from '@/lib/short-id'
import { defineTexts, useTexts } from '@/lib/text'
import styles from './id.module.css'

const texts = defineTexts(
  { copy: (id: string) => `Copy ${id}`, copied: 'Copied' },
  { copy: (id: string) => `${id} kopieren`, copied: 'Kopiert' },
)
const SHOWN_MS = 3_000

type IdProps = {
  id: string
  /** All of it, where there is room. */
  whole?: boolean
  /** Where what it names is shown. */
  link?: Pick<LinkProps, 'to' | 'params' | 'search'>
}

/** An id to quote: short to look at, whole when it is copied. */
export function Id({ id, whole, link }: IdProps) {
  const t = useTexts(texts)
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  const text = (
    <code title={id} className={whole ? undefined : styles.short}>
      {whole ? id : shortId(id)}
    </code>
  )
  return (
    <span className={styles.id}>
      {link ? <Link {...link}>{text}</Link> : text}
      <button
        type="button"
        className={styles.copy}
        aria-label={t.copy(shortId(id))}
        onClick={() => void navigator.clipboard.writeText(id).then(() => setCopied(true))}
      >
        {isCopied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
      </button>
      <span className="visually-hidden" aria-live="polite">
        {isCopied && t.copied}
      </span>
    </span>
  )
}

/** The id of a user, with the way to them. */
export function UserId({ id, whole }: { id: string; whole?: boolean }) {
  return <Id id={id} whole={whole} link={{ to: '/staff/users/$id', params: { id } }} />
}
