import { X } from 'lucide-react'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { defineTexts, useTexts } from '@/lib/text'
import styles from './dialog.module.css'

const texts = defineTexts({ close: 'Close' }, { close: 'Schließen' })

const FIRST = 'input:not([type="hidden"], [type="radio"]), select, textarea'

type DialogProps = { title: string; isOpen: boolean; onClose: () => void; children: ReactNode }

/**
 * A dialog over the page. The browser's own element keeps the focus inside, makes the rest inert,
 * and gives the focus back. What is inside is made anew each time it opens.
 */
export function Dialog({ title, isOpen, onClose, children }: DialogProps) {
  const t = useTexts(texts)
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const element = dialog.current
    if (isOpen && element && !element.open) {
      element.showModal()
      // The browser would take the first button, which closes.
      element.querySelector<HTMLElement>(FIRST)?.focus()
    }
    if (!isOpen && element?.open) element.close()
  }, [isOpen])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it already; this is for the mouse.
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      {isOpen && (
        <div className={styles.inner}>
          <header className={styles.head}>
            <h2 id={id}>{title}</h2>
            <button type="button" className={styles.close} onClick={onClose} aria-label={t.close}>
              <X size={20} aria-hidden="true" />
            </button>
          </header>
          {children}
        </div>
      )}
    </dialog>
  )
}
