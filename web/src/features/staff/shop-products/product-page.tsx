import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { api, body, type Schemas } from '@/api/client'
import type { Product } from '@/lib/shop'
import { type Versioned, writtenProductQuery } from '@/lib/staff-shop'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { Form, FormActions, type Values } from '@/ui/form'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { Remove } from '@/ui/remove'
import { TranslationFields, typedTranslations } from '@/ui/shop/translations'
import { Badge } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { BasicFields, typedBasics } from './basics'
import { useProductChange } from './change'
import { Options } from './options'
import { Pictures } from './pictures'
import { texts } from './texts'
import { Variants } from './variant-list'

/** A product, and all that can be changed about it. */
export default function StaffProductPage() {
  const t = useTexts(texts)
  const { id } = useParams({ strict: false }) as { id: string }
  return (
    <Guarded permission="catalogue.write" title={t.product}>
      <Loaded query={useQuery(writtenProductQuery(id))} lines={8}>
        {(product) => <Shown key={product.data.id} product={product} />}
      </Loaded>
    </Guarded>
  )
}

const TONES = { active: 'good', draft: 'warning', archived: 'neutral' } as const

type ShownProps = { product: Versioned<Product> }

function Shown({ product }: ShownProps) {
  const t = useTexts(texts)
  const { title, handle, status } = product.data
  return (
    <Page
      title={title}
      lead={<Badge tone={TONES[status]}>{t[status]}</Badge>}
      back={{ to: '/staff/shop/products', label: t.back }}
      actions={
        <>
          <ButtonLink to="/shop/products/$handle" params={{ handle }} look="secondary" small>
            {t.in_shop}
          </ButtonLink>
          <Archive product={product} />
        </>
      }
    >
      <Section title={t.variants} lead={t.variants_lead}>
        <Variants product={product} />
      </Section>
      <Section title={t.pictures} lead={t.pictures_lead}>
        <Pictures product={product} />
      </Section>
      <Basics key={`basics ${product.version}`} product={product} />
      <Options key={`options ${product.version}`} product={product} />
      <Translations key={`texts ${product.version}`} product={product} />
    </Page>
  )
}

function usePatch(product: Versioned<Product>) {
  const t = useTexts(texts)
  const change = useProductChange(product)
  return (patch: object) =>
    change(
      (header) =>
        body(
          api.PATCH('/v1/shop/products/{id}', {
            params: { path: { id: product.data.id }, header },
            body: patch as Schemas['ProductPatch'],
          }),
        ),
      t.saved,
    )
}

function Basics({ product }: ShownProps) {
  const t = useTexts(texts)
  const patch = usePatch(product)
  return (
    <Section title={t.basics}>
      <Form label={t.basics} onSubmit={(values: Values) => patch(typedBasics(values))}>
        <BasicFields product={product.data} />
        <FormActions>
          <Submit>{t.save}</Submit>
        </FormActions>
      </Form>
    </Section>
  )
}

function Translations({ product }: ShownProps) {
  const t = useTexts(texts)
  const patch = usePatch(product)
  return (
    <Section title={t.translations} lead={t.translations_lead}>
      <Form
        label={t.translations}
        onSubmit={(values: Values) => patch({ translations: typedTranslations(values) })}
      >
        <TranslationFields of={product.data.translations} />
        <FormActions>
          <Submit>{t.save}</Submit>
        </FormActions>
      </Form>
    </Section>
  )
}

function Archive({ product }: ShownProps) {
  const t = useTexts(texts)
  const navigate = useNavigate()
  const change = useProductChange(product)
  if (product.data.status === 'archived') return null
  const archive = async () => {
    const params = { path: { id: product.data.id } }
    await change(() => body(api.DELETE('/v1/shop/products/{id}', { params })), t.archive_done)
    await navigate({ to: '/staff/shop/products' })
  }
  return (
    <Remove label={t.archive} title={t.archive_title} lead={t.archive_lead} onRemove={archive} />
  )
}
