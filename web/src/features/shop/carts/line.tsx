import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body } from '@/api/client'
import { describeProblem } from '@/lib/problem-texts'
import { type Cart, type CartLine, productQuery } from '@/lib/shop'
import { useCartActions } from '@/lib/shop-cart'
import { useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { Picture } from '@/ui/shop/picture'
import { pictureFor } from '@/ui/shop/picture-for'
import { Price } from '@/ui/shop/price'
import { Quantity, quantityOf } from '@/ui/shop/quantity'
import { useRequirementText } from '@/ui/shop/requirements'
import { useToast } from '@/ui/toast'
import styles from './cart.module.css'
import { texts } from './texts'

type LineProps = { line: CartLine; cart: Cart }

/** A thing in the cart: how many, what they cost, and what is wrong with it. */
export function Line({ line, cart }: LineProps) {
  const t = useTexts(texts)
  const { isBusy, setQuantity, remove } = useLineActions(line)
  const title = line.title ?? t.gone
  return (
    <li className={styles.line}>
      <LinePicture line={line} />
      <div className={styles.main}>
        <Name line={line} />
        {line.unit_price && (
          <span className={styles.quiet}>
            <Price amount={line.unit_price} currency={cart.currency} /> {t.each}
          </span>
        )}
        {line.gift_note && (
          <p className={styles.note}>
            {t.gift} “{line.gift_note}”
          </p>
        )}
        <div className={styles.change}>
          <Quantity name={title} value={line.quantity} onChange={setQuantity} disabled={isBusy} />
          <Button
            look="quiet"
            small
            busy={isBusy}
            aria-label={t.remove_it(title)}
            onClick={() => void remove()}
          >
            {t.remove}
          </Button>
        </div>
        <Wrong line={line} cart={cart} onTake={setQuantity} />
      </div>
      <div className={styles.sum}>
        {line.unit_price && <Price amount={line.total} currency={cart.currency} />}
        {line.discount !== '0' && (
          <s className={styles.quiet}>
            <Price amount={line.subtotal} currency={cart.currency} />
          </s>
        )}
      </div>
    </li>
  )
}

function useLineActions(line: CartLine) {
  const t = useTexts(texts)
  const toast = useToast()
  const { language } = useLanguage()
  const { change } = useCartActions()
  const [isBusy, setBusy] = useState(false)
  const safely = async (work: () => Promise<unknown>) => {
    setBusy(true)
    try {
      await work()
    } catch (error) {
      toast(describeProblem(error, language))
    } finally {
      setBusy(false)
    }
  }
  const path = (id: string) => ({ id, line: line.id })
  const setQuantity = (quantity: number) =>
    void safely(() =>
      change(({ id }, header) =>
        body(
          api.PATCH('/v1/shop/carts/{id}/lines/{line}', {
            params: { path: path(id), header },
            body: { quantity },
          }),
        ),
      ),
    )
  const remove = () =>
    safely(async () => {
      await change(({ id }, header) =>
        body(
          api.DELETE('/v1/shop/carts/{id}/lines/{line}', { params: { path: path(id), header } }),
        ),
      )
      toast(t.removed(line.title ?? t.gone))
      document.getElementById('main')?.focus()
    })
  return { isBusy, setQuantity, remove }
}

function Name({ line }: { line: CartLine }) {
  const t = useTexts(texts)
  return (
    <span>
      {line.handle && line.title ? (
        <Link
          to="/shop/products/$handle"
          params={{ handle: line.handle }}
          search={{ variant: line.sku ?? undefined } as never}
          className={styles.name}
        >
          {line.title}
        </Link>
      ) : (
        <span className={styles.name}>{t.gone}</span>
      )}
      {line.variant_title && <span className={styles.quiet}> {line.variant_title}</span>}
    </span>
  )
}

function LinePicture({ line }: { line: CartLine }) {
  const { language } = useLanguage()
  const product = useQuery({
    ...productQuery(line.handle ?? '', language),
    enabled: line.handle !== null,
    staleTime: 5 * 60_000,
  }).data
  const variant = product?.variants.find(({ id }) => id === line.variant)
  return (
    <div className={styles.picture}>
      <Picture image={product && pictureFor(product, variant)} size={200} isDecorative />
    </div>
  )
}

type WrongProps = LineProps & { onTake: (quantity: number) => void }

/** What keeps this thing from being bought, and the quick way out. */
function Wrong({ line, cart, onTake }: WrongProps) {
  const t = useTexts(texts)
  const textOf = useRequirementText()
  const wrong = cart.requirements.filter((requirement) => requirement.line === line.id)
  const left = quantityOf(line.available ?? '')
  return wrong.map((requirement) => (
    <Notice key={requirement.code} tone="warning">
      <div className={styles.wrong}>
        <span>{textOf(requirement, cart)}</span>
        {left !== null && left < line.quantity && (
          <Button look="secondary" small onClick={() => onTake(left)}>
            {t.take(String(left))}
          </Button>
        )}
      </div>
    </Notice>
  ))
}
