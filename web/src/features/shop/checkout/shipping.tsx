import { useEffect, useState } from 'react'
import { api, body } from '@/api/client'
import { describeProblem } from '@/lib/problem-texts'
import type { Cart } from '@/lib/shop'
import { useCartActions } from '@/lib/shop-cart'
import { useLanguage, useTexts } from '@/lib/text'
import { Section } from '@/ui/page'
import { ChoiceField, Choices } from '@/ui/shop/choices'
import { Price } from '@/ui/shop/price'
import { Empty } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { texts } from './texts'

/** How it is sent; where there is one way only, that is chosen. */
export function Shipping({ cart }: { cart: Cart }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const { change } = useCartActions()
  const [wanted, setWanted] = useState<string | null>(null)
  const { shipping_offers: offers, shipping_method: chosen, currency } = cart
  const choose = async (method: string) => {
    setWanted(method)
    try {
      await change(({ id }, header) =>
        body(
          api.PATCH('/v1/shop/carts/{id}', {
            params: { path: { id }, header },
            body: { shipping_method: method },
          }),
        ),
      )
    } catch (error) {
      toast(describeProblem(error, language))
    } finally {
      setWanted(null)
    }
  }
  const isKnown = offers.some(({ id }) => id === chosen)
  const only = offers.length === 1 && !isKnown ? offers[0]?.id : undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is chosen once.
  useEffect(() => {
    if (only !== undefined && cart.shipping_address !== null) void choose(only)
  }, [only, cart.shipping_address])
  if (cart.shipping_address === null) {
    return (
      <Section title={t.how}>
        <p className="muted">{t.how_first}</p>
      </Section>
    )
  }
  if (offers.length === 0) {
    return (
      <Section title={t.how}>
        <Empty title={t.how_none} />
      </Section>
    )
  }
  return (
    <Section title={t.how}>
      <Choices label={t.how}>
        {offers.map(({ id, title, amount }) => (
          <ChoiceField
            key={id}
            name="shipping_method"
            value={id}
            checked={id === (wanted ?? chosen)}
            onChange={() => void choose(id)}
            label={title}
            end={amount === '0' ? t.free : <Price amount={amount} currency={currency} />}
          />
        ))}
      </Choices>
    </Section>
  )
}
