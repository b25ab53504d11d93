import { X } from 'lucide-react'
import { useState } from 'react'
import { api, body } from '@/api/client'
import type { Cart } from '@/lib/shop'
import { useCartActions } from '@/lib/shop-cart'
import { useTexts } from '@/lib/text'
import { Submit } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import { Form, type Values } from '@/ui/form'
import { useToast } from '@/ui/toast'
import styles from './cart.module.css'
import { texts } from './texts'

/** Codes of promotions: those that hold, and a field for another one. */
export function Codes({ cart }: { cart: Cart }) {
  const t = useTexts(texts)
  const toast = useToast()
  const { change } = useCartActions()
  const [times, setTimes] = useState(0)
  const set = (codes: readonly string[]) =>
    change(({ id }, header) =>
      body(
        api.PATCH('/v1/shop/carts/{id}', {
          params: { path: { id }, header },
          body: { codes: [...codes] },
        }),
      ),
    )
  const redeem = async ({ codes: typed = '' }: Values) => {
    const code = typed.trim().toUpperCase()
    if (code === '') return
    await set([...cart.codes.filter((it) => it !== code), code])
    toast(t.redeemed(code))
    setTimes(times + 1)
  }
  return (
    <div className={styles.codes}>
      {cart.codes.length > 0 && (
        <ul className={styles.redeemed} aria-label={t.codes}>
          {cart.codes.map((code) => (
            <li key={code}>
              <button
                type="button"
                className={styles.code}
                aria-label={t.remove_code(code)}
                onClick={() => void set(cart.codes.filter((it) => it !== code)).catch(() => null)}
              >
                {code} <X size={14} aria-hidden="true" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Form key={times} onSubmit={redeem} aliases={{ [`codes/${cart.codes.length}`]: 'codes' }}>
        <TextField
          name="codes"
          label={t.code}
          optional
          maxLength={40}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
        />
        <Submit look="secondary">{t.add_code}</Submit>
      </Form>
    </div>
  )
}
