import { useQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { usePermissions } from '@/lib/session'
import { categoriesQuery, isGone, type Product, productQuery, type Variant } from '@/lib/shop'
import { useCurrency } from '@/lib/shop-currency'
import { useLanguage, useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { Fact, Facts, Page } from '@/ui/page'
import { Loaded } from '@/ui/states'
import { Buy } from './buy'
import { type Choice, chosenVariant, firstChoice } from './choice'
import { useFieldTitles } from './facets'
import { Gallery } from './gallery'
import { Gone } from './gone'
import { Options } from './options'
import styles from './product.module.css'
import { texts } from './texts'

/** A product: what it looks like, what it costs, whether it can be had, and the way into the cart. */
export default function ProductPage() {
  const { language } = useLanguage()
  const { handle } = useParams({ strict: false }) as { handle: string }
  const { isPending } = useCurrency()
  const query = useQuery(productQuery(handle, language))
  if (isGone(query.error)) return <Gone />
  return (
    <Loaded query={isPending ? { ...query, data: undefined } : query} lines={8}>
      {(product) => <Shown key={product.id} product={product} />}
    </Loaded>
  )
}

function Shown({ product }: { product: Product }) {
  const t = useTexts(texts)
  const { currency } = useCurrency()
  const { variant: sku } = useSearch({ strict: false }) as { variant?: string }
  const [choice, setChoice] = useState<Choice>(() => firstChoice(product, sku, currency))
  const variant = chosenVariant(product, choice)
  const canEdit = usePermissions().has('catalogue.write')
  const edit = canEdit && (
    <ButtonLink to="/staff/shop/products/$id" params={{ id: product.id }} look="secondary" small>
      {t.edit}
    </ButtonLink>
  )
  return (
    <Page title={product.title} back={{ to: '/shop', label: t.back }} actions={edit}>
      {product.status !== 'active' && <Notice tone="warning">{t[product.status]}</Notice>}
      <div className={styles.product}>
        <Gallery product={product} variant={variant} />
        <div className={styles.side}>
          {product.vendor && <p className="muted">{product.vendor}</p>}
          <Options product={product} choice={choice} onChoose={setChoice} />
          {variant ? (
            <Buy key={variant.id} product={product} variant={variant} />
          ) : (
            <Notice>{t.p_combination}</Notice>
          )}
        </div>
        <div className={styles.words}>
          {product.description && <Description text={product.description} />}
          <Details product={product} variant={variant} />
        </div>
      </div>
    </Page>
  )
}

/** Paragraphs, as they were written. */
function Description({ text }: { text: string }) {
  const t = useTexts(texts)
  return (
    <section className={styles.description}>
      <h2>{t.p_description}</h2>
      {text.split(/\n{2,}/).map((paragraph, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs don't move.
        <p key={index}>{paragraph}</p>
      ))}
    </section>
  )
}

function Details({ product, variant }: { product: Product; variant: Variant | undefined }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const all = useQuery(categoriesQuery(language)).data ?? []
  const found = all.filter(({ id }) => product.categories.includes(id))
  const fields = useFieldTitles()
  const grams = variant?.weight_g ?? 0
  return (
    <section className={styles.description}>
      <h2>{t.p_details}</h2>
      <Facts>
        {product.vendor && <Fact name={t.p_vendor}>{product.vendor}</Fact>}
        {variant && <Fact name={t.p_sku}>{variant.sku}</Fact>}
        {Object.entries({ ...product.custom_fields, ...variant?.custom_fields }).map(
          ([handle, value]) => (
            <Fact key={handle} name={fields.get(handle) ?? handle}>
              {wordOf(value, t)}
            </Fact>
          ),
        )}
        {grams > 0 && <Fact name={t.p_weight}>{weightOf(grams, language)}</Fact>}
        {found.length > 0 && (
          <Fact name={t.p_categories}>
            <ul className={styles.categories}>
              {found.map(({ id, handle, title }) => (
                <li key={id}>
                  <Link to="/shop/categories/$handle" params={{ handle }}>
                    {title}
                  </Link>
                </li>
              ))}
            </ul>
          </Fact>
        )}
      </Facts>
    </section>
  )
}

type Words = ReturnType<typeof useTexts<(typeof texts)['en']>>

/** A custom field holds a text, a number, a date, or whether something is so. */
function wordOf(value: unknown, t: Words): string {
  if (typeof value === 'boolean') return value ? t.p_yes : t.p_no
  return String(value)
}

function weightOf(grams: number, language: string): string {
  const [value, unit] = grams >= 1_000 ? [grams / 1_000, 'kilogram'] : [grams, 'gram']
  return new Intl.NumberFormat(language, { style: 'unit', unit: unit as string }).format(
    value as number,
  )
}
