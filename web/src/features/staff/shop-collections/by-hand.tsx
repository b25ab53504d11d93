import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, body } from '@/api/client'
import { describeProblem } from '@/lib/problem-texts'
import { usePages } from '@/lib/query'
import type { ProductCard } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import { Form } from '@/ui/form'
import { Item, List, PagedList } from '@/ui/list'
import { Picture } from '@/ui/shop/picture'
import { Empty, Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import styles from './collections.module.css'
import { texts } from './texts'

/** The products of a collection that is filled by hand. */
export function ByHand({ collection }: { collection: string }) {
  const t = useTexts(texts)
  const [isChanging, markChange] = useChanging()
  const pages = usePages(
    ['shop', 'products', 'collection', collection],
    (cursor) =>
      body(
        api.GET('/v1/shop/products', {
          params: { query: { 'filter[collection]': collection, cursor } },
        }),
      ),
    isChanging ? { refetchInterval: AGAIN_MS } : {},
  )
  const inIt = new Set(pages.items?.map(({ id }) => id))
  return (
    <>
      <PagedList pages={pages} label={t.products} empty={<Empty title={t.no_products} />}>
        {(card) => (
          <Item
            key={card.id}
            end={<TakeOut collection={collection} card={card} onChange={markChange} />}
          >
            <Product card={card} />
          </Item>
        )}
      </PagedList>
      <Find collection={collection} inIt={inIt} onChange={markChange} />
    </>
  )
}

const AGAIN_MS = 700
const FOLLOWS_WITHIN_MS = 6_000

/** What is found follows a change within moments: so long it is asked for again and again. */
function useChanging() {
  const [changes, setChanges] = useState(0)
  useEffect(() => {
    if (changes === 0) return
    const timer = setTimeout(() => setChanges(0), FOLLOWS_WITHIN_MS)
    return () => clearTimeout(timer)
  }, [changes])
  return [changes > 0, () => setChanges((times) => times + 1)] as const
}

function Product({ card }: { card: ProductCard }) {
  return (
    <span className={styles.product}>
      <span className={styles.thumb}>
        <Picture image={card.image} size={200} isDecorative />
      </span>
      {card.title}
    </span>
  )
}

function useChange(onChange: () => void) {
  const { language } = useLanguage()
  const toast = useToast()
  const client = useQueryClient()
  const [isBusy, setBusy] = useState(false)
  const change = async (call: () => Promise<unknown>, said: string) => {
    setBusy(true)
    try {
      await call()
      toast(said)
      onChange()
      await client.invalidateQueries({ queryKey: ['shop', 'products'] })
    } catch (error) {
      toast(describeProblem(error, language))
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, change }
}

type OneProps = { collection: string; card: ProductCard; onChange: () => void }

function TakeOut({ collection, card, onChange }: OneProps) {
  const t = useTexts(texts)
  const { isBusy, change } = useChange(onChange)
  const path = { id: collection, product: card.id }
  const takeOut = () =>
    change(
      () => body(api.DELETE('/v1/shop/collections/{id}/products/{product}', { params: { path } })),
      t.taken_out(card.title),
    )
  return (
    <Button
      look="quiet"
      small
      busy={isBusy}
      aria-label={t.take_out_it(card.title)}
      onClick={() => void takeOut()}
    >
      {t.take_out}
    </Button>
  )
}

function Add({ collection, card, onChange }: OneProps) {
  const t = useTexts(texts)
  const { isBusy, change } = useChange(onChange)
  const add = () =>
    change(
      () =>
        body(
          api.POST('/v1/shop/collections/{id}/products', {
            params: { path: { id: collection } },
            body: { products: [card.id] },
          }),
        ),
      t.added(card.title),
    )
  return (
    <Button
      look="secondary"
      small
      busy={isBusy}
      aria-label={t.add_it(card.title)}
      onClick={() => void add()}
    >
      {t.add}
    </Button>
  )
}

type FindProps = { collection: string; inIt: ReadonlySet<string>; onChange: () => void }

function Find({ collection, inIt, onChange }: FindProps) {
  const t = useTexts(texts)
  const [q, setQ] = useState('')
  const found = useQuery({
    queryKey: ['shop', 'products', 'find', q],
    enabled: q !== '',
    queryFn: async () =>
      (await body(api.GET('/v1/shop/products', { params: { query: { q, limit: 20 } } }))).data,
  })
  return (
    <>
      <search>
        <Form onSubmit={({ q: typed = '' }) => setQ(typed.trim())}>
          <TextField name="q" label={t.q} maxLength={200} autoComplete="off" />
          <div>
            <Submit look="secondary">{t.find}</Submit>
          </div>
        </Form>
      </search>
      {q !== '' && (
        <Loaded query={found}>
          {(cards) => {
            const others = cards.filter(({ id }) => !inIt.has(id))
            if (others.length === 0) return <p className="muted">{t.nothing_found}</p>
            return (
              <List label={t.found}>
                {others.map((card) => (
                  <Item
                    key={card.id}
                    end={<Add collection={collection} card={card} onChange={onChange} />}
                  >
                    <Product card={card} />
                  </Item>
                ))}
              </List>
            )
          }}
        </Loaded>
      )}
    </>
  )
}
