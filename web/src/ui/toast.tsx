import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react'
import styles from './toast.module.css'

type Toast = { id: number; text: string }
const ToastContext = createContext<(text: string) => void>(() => {})
const SHOWN_MS = 6_000

/** Says briefly that something was done, also to screen readers. */
export function useToast(): (text: string) => void {
  return useContext(ToastContext)
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([])
  const next = useRef(0)
  const show = useCallback((text: string) => {
    const id = next.current++
    setToasts((all) => [...all.slice(-2), { id, text }])
    setTimeout(() => setToasts((all) => all.filter((it) => it.id !== id)), SHOWN_MS)
  }, [])
  return (
    <ToastContext value={show}>
      {children}
      <div className={styles.toasts} role="status" aria-live="polite">
        {toasts.map((toast) => (
          <p key={toast.id} className={styles.toast}>
            {toast.text}
          </p>
        ))}
      </div>
    </ToastContext>
  )
}
