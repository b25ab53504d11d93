import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { defineTexts, useTexts } from '@/lib/text'
import styles from './copyable.module.css'

const texts = defineTexts(
  { copy: 'Copy', copied: 'Copied' },
  { copy: 'Kopieren', copied: 'Kopiert' },
)

/** A text to take along, such as a key that is shown once. */
export function Copyable({ text, label }: { text: string; label: string }) {
  const t = useTexts(texts)
  const [isCopied, setCopied] = useState(false)
  return (
    <fieldset className={styles.copyable} aria-label={label}>
      <code>{text}</code>
      <button
        type="button"
        className={styles.button}
        onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
      >
        {isCopied ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
        <span aria-live="polite">{isCopied ? t.copied : t.copy}</span>
      </button>
    </fieldset>
  )
}
