import { Minus, Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTexts } from '@/lib/text'
import styles from './quantity.module.css'
import { texts } from './texts'

export const QUANTITY_MAX = 1_000_000

type QuantityProps = {
  /** Of what, for those who can't see where it stands. */
  name: string
  value: number
  onChange: (quantity: number) => void
  disabled?: boolean
}

/** How many pieces: by one more or less, or typed. */
export function Quantity({ name, value, onChange, disabled }: QuantityProps) {
  const t = useTexts(texts)
  const [typed, setTyped] = useState(String(value))
  useEffect(() => setTyped(String(value)), [value])
  const settle = () => {
    const quantity = quantityOf(typed)
    if (quantity === null) setTyped(String(value))
    else if (quantity !== value) onChange(quantity)
  }
  return (
    <span className={styles.quantity}>
      <button
        type="button"
        aria-label={t.fewer(name)}
        disabled={disabled || value <= 1}
        onClick={() => onChange(value - 1)}
      >
        <Minus size={16} aria-hidden="true" />
      </button>
      <input
        inputMode="numeric"
        aria-label={`${t.quantity}: ${name}`}
        value={typed}
        disabled={disabled}
        maxLength={7}
        autoComplete="off"
        onChange={(event) => setTyped(event.target.value)}
        onBlur={settle}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          settle()
        }}
      />
      <button
        type="button"
        aria-label={t.more(name)}
        disabled={disabled || value >= QUANTITY_MAX}
        onClick={() => onChange(value + 1)}
      >
        <Plus size={16} aria-hidden="true" />
      </button>
    </span>
  )
}

/** A typed number of pieces, or `null`. */
export function quantityOf(text: string): number | null {
  if (!/^\s*\d{1,7}\s*$/.test(text)) return null
  const quantity = Number(text)
  return quantity >= 1 && quantity <= QUANTITY_MAX ? quantity : null
}
