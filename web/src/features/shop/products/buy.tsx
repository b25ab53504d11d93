import { useState } from 'react'
import type { Product, Variant } from '@/lib/shop'
import { useCartActions } from '@/lib/shop-cart'
import { useCurrency } from '@/lib/shop-currency'
import { priceFor } from '@/lib/shop-price'
import { useLanguage, useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { CheckField, TextAreaField } from '@/ui/fields'
import { Form, type Values } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { Availability } from '@/ui/shop/availability'
import { Lowest, Price } from '@/ui/shop/price'
import { Quantity } from '@/ui/shop/quantity'
import { dateIn } from '@/ui/shown'
import { useToast } from '@/ui/toast'
import styles from './product.module.css'
import { texts } from './texts'

type BuyProps = { product: Product; variant: Variant }
type VariantPrice = Variant['prices'][number]

/** What the chosen variant costs, whether it can be had, and the way into the cart. */
export function Buy({ product, variant }: BuyProps) {
  const t = useTexts(texts)
  const { currency = '' } = useCurrency()
  const [quantity, setQuantity] = useState(1)
  const price = variant.prices.find((it) => it.currency === currency)
  if (!price) return <Notice>{t.p_no_price(currency)}</Notice>
  return (
    <div className={styles.buy}>
      <div>
        <p className={styles.price}>
          <Price amount={priceFor(price, quantity)} currency={currency} />
          {price.compare_at && (
            <s className={styles.before}>
              <Price amount={price.compare_at} currency={currency} />
            </s>
          )}
        </p>
        {price.lowest_30_days && <Lowest amount={price.lowest_30_days} currency={currency} />}
        <p className={styles.small}>{t.p_tax_note}</p>
      </div>
      <Tiers price={price} quantity={quantity} />
      <Can variant={variant} />
      {variant.availability !== 'out_of_stock' && (
        <AddForm product={product} variant={variant} quantity={quantity} onQuantity={setQuantity} />
      )}
    </div>
  )
}

/** Whether, and when, it can be had. */
function Can({ variant }: { variant: Variant }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { availability, available_from: from } = variant
  return (
    <div className={styles.can}>
      <Availability is={availability} />
      {availability === 'preorder' && from && <span>{t.p_preorder(dateIn(from, language))}</span>}
      {availability === 'backorder' && <span>{t.p_backorder}</span>}
      {availability === 'out_of_stock' && <span>{t.p_sold_out}</span>}
    </div>
  )
}

/** What more pieces cost; the row that holds for the chosen quantity is marked. */
function Tiers({ price, quantity }: { price: VariantPrice; quantity: number }) {
  const t = useTexts(texts)
  const { tiers = [] } = price
  if (tiers.length === 0) return null
  const reached = tiers.filter(({ min_quantity }) => min_quantity <= quantity).at(-1)
  return (
    <table className={styles.tiers}>
      <caption className={styles.tiersTitle}>{t.p_tiers}</caption>
      <tbody>
        {tiers.map((tier) => (
          <tr
            key={tier.min_quantity}
            className={tier === reached ? styles.reached : undefined}
            aria-current={tier === reached || undefined}
          >
            <th scope="row">{t.p_from(tier.min_quantity)}</th>
            <td>
              <Price amount={tier.amount} currency={price.currency} /> {t.p_each}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

type AddProps = BuyProps & { quantity: number; onQuantity: (quantity: number) => void }

function AddForm({ product, variant, quantity, onQuantity }: AddProps) {
  const t = useTexts(texts)
  const toast = useToast()
  const { currency = '' } = useCurrency()
  const cart = useCartActions()
  const [isGift, setGift] = useState(false)
  const [isAdded, setAdded] = useState(false)
  const add = async (values: Values) => {
    const note = isGift ? values.gift_note?.trim() : ''
    const item = { variant: variant.id, quantity, ...(note && { gift_note: note }) }
    await cart.add(currency, item)
    toast(t.p_added(product.title))
    setAdded(true)
    onQuantity(1)
    setGift(false)
  }
  return (
    <Form label={t.p_add} onSubmit={add} aliases={{ 'items/0/gift_note': 'gift_note' }}>
      <CheckField
        label={t.p_gift}
        checked={isGift}
        onChange={(event) => setGift(event.target.checked)}
      />
      {isGift && (
        <TextAreaField
          name="gift_note"
          label={t.p_gift_note}
          hint={t.p_gift_hint}
          maxLength={500}
          rows={3}
        />
      )}
      <div className={styles.add}>
        <Quantity name={product.title} value={quantity} onChange={onQuantity} />
        <div className={styles.addButton}>
          <Submit wide>{t.p_add}</Submit>
        </div>
      </div>
      {isAdded && (
        <ButtonLink to="/shop/cart" look="secondary" wide>
          {t.p_to_cart}
        </ButtonLink>
      )}
    </Form>
  )
}
