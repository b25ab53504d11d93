import { useQueries, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { api, body } from '@/api/client'
import { fullTitleOf, type Product, type Variant } from '@/lib/shop'
import { writtenProductQuery } from '@/lib/staff-shop'
import { defineTexts, useTexts } from '@/lib/text'
import { Submit } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import { Form, FormActions, SideBySide } from '@/ui/form'
import { Item, List } from '@/ui/list'
import { Loaded, Loading } from '@/ui/states'

const texts = defineTexts(
  {
    q: 'Find by name or article number (SKU)',
    find: 'Search',
    found: 'What was found',
    none: 'Nothing is like that, or it isn’t for sale.',
  },
  {
    q: 'Nach Name oder Artikelnummer (SKU) suchen',
    find: 'Suchen',
    found: 'Gefunden',
    none: 'So etwas gibt es nicht, oder es ist nicht im Verkauf.',
  },
)

const PRODUCTS_MAX = 8

type FindVariantsProps = {
  /** What can be done with each that is found. */
  action: (variant: Variant, product: Product) => ReactNode
}

/** Finds what is sold, for staff, down to the single variant. */
export function FindVariants({ action }: FindVariantsProps) {
  const t = useTexts(texts)
  const [q, setQ] = useState('')
  return (
    <>
      <search>
        <Form label={t.find} onSubmit={({ q: typed = '' }) => setQ(typed.trim())}>
          <SideBySide>
            <TextField name="q" label={t.q} maxLength={200} autoComplete="off" spellCheck={false} />
            <FormActions>
              <Submit look="secondary">{t.find}</Submit>
            </FormActions>
          </SideBySide>
        </Form>
      </search>
      {q !== '' && <Found q={q} action={action} />}
    </>
  )
}

function Found({ q, action }: FindVariantsProps & { q: string }) {
  const cards = useQuery({
    queryKey: ['shop', 'products', 'variants', q],
    queryFn: async () => {
      const query = { q, limit: PRODUCTS_MAX }
      return (await body(api.GET('/v1/shop/products', { params: { query } }))).data
    },
  })
  return (
    <Loaded query={cards} lines={2}>
      {(found) => <OfProducts ids={found.map(({ id }) => id)} q={q} action={action} />}
    </Loaded>
  )
}

type OfProductsProps = FindVariantsProps & { ids: readonly string[]; q: string }

function OfProducts({ ids, q, action }: OfProductsProps) {
  const t = useTexts(texts)
  const products = useQueries({ queries: ids.map((id) => writtenProductQuery(id)) })
  if (products.some(({ isPending }) => isPending)) return <Loading lines={2} />
  const all = products.flatMap(({ data }) => (data ? [data.data] : []))
  const variants = all.flatMap((product) =>
    product.variants.filter((it) => it.is_active).map((variant) => ({ product, variant })),
  )
  // Who types an article number means that one.
  const named = variants.filter(({ variant }) => variant.sku.toLowerCase() === q.toLowerCase())
  const shown = named.length > 0 ? named : variants
  if (shown.length === 0) return <p className="muted">{t.none}</p>
  return (
    <List label={t.found}>
      {shown.map(({ product, variant }) => (
        <Item key={variant.id} end={action(variant, product)}>
          {fullTitleOf(product, variant)}
          <div className="muted">{variant.sku}</div>
        </Item>
      ))}
    </List>
  )
}
