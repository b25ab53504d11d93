import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { api, body, type Schemas } from '@/api/client'
import { ProblemError } from '@/lib/problem'
import type { Collection } from '@/lib/shop'
import { type Versioned, versioned } from '@/lib/staff-shop'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { TextAreaField } from '@/ui/fields'
import { Form, FormActions, type Values } from '@/ui/form'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { Remove } from '@/ui/remove'
import { TitleAndHandle } from '@/ui/shop/handle-fields'
import { TranslationFields, typedTranslations } from '@/ui/shop/translations'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { ByHand } from './by-hand'
import { RuleFields, typedRules } from './rules'
import { texts } from './texts'

function collectionQuery(id: string) {
  return queryOptions({
    queryKey: ['shop', 'collections', 'staff', id],
    queryFn: (): Promise<Versioned<Collection>> =>
      versioned(api.GET('/v1/shop/collections/{id}', { params: { path: { id } } })),
  })
}

/** A collection, and what is in it. */
export default function StaffCollectionPage() {
  const t = useTexts(texts)
  const { id } = useParams({ strict: false }) as { id: string }
  return (
    <Guarded permission="catalogue.write" title={t.collection}>
      <Loaded query={useQuery(collectionQuery(id))} lines={6}>
        {(collection) => <Shown collection={collection} />}
      </Loaded>
    </Guarded>
  )
}

type Of = { collection: Versioned<Collection> }

function Shown({ collection }: Of) {
  const t = useTexts(texts)
  const { title, handle, rules } = collection.data
  return (
    <Page
      title={title}
      back={{ to: '/staff/shop/collections', label: t.back }}
      actions={
        <>
          <ButtonLink to="/shop/collections/$handle" params={{ handle }} look="secondary" small>
            {t.in_shop}
          </ButtonLink>
          <RemoveCollection collection={collection} />
        </>
      }
      narrow
    >
      {rules ? (
        <Rules key={`rules ${collection.version}`} collection={collection} />
      ) : (
        <Section title={t.products} lead={t.hand_lead}>
          <ByHand collection={collection.data.id} />
        </Section>
      )}
      <Basics key={`basics ${collection.version}`} collection={collection} />
    </Page>
  )
}

function usePatch({ data, version }: Versioned<Collection>) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  return async (patch: Schemas['CollectionPatch']) => {
    const params = { path: { id: data.id }, header: { 'If-Match': version } }
    try {
      await body(api.PATCH('/v1/shop/collections/{id}', { params, body: patch }))
      toast(t.saved)
    } catch (error) {
      if (!(error instanceof ProblemError && error.status === 412)) throw error
      toast(t.changed)
    }
    await client.invalidateQueries({ queryKey: ['shop'] })
  }
}

function Basics({ collection }: Of) {
  const t = useTexts(texts)
  const patch = usePatch(collection)
  const { title, handle, description, translations } = collection.data
  const save = (values: Values) =>
    patch({
      title: values.title?.trim() ?? '',
      handle: values.handle?.trim() ?? '',
      description: values.description ?? '',
      translations: typedTranslations(values),
    })
  return (
    <Section title={t.basics}>
      <Form label={t.basics} onSubmit={save}>
        <TitleAndHandle title={title} handle={handle} />
        <TextAreaField
          name="description"
          label={t.description}
          optional
          rows={3}
          defaultValue={description}
        />
        <TranslationFields of={translations} />
        <FormActions>
          <Submit>{t.save}</Submit>
        </FormActions>
      </Form>
    </Section>
  )
}

function Rules({ collection }: Of) {
  const t = useTexts(texts)
  const patch = usePatch(collection)
  const { rules } = collection.data
  return (
    <Section title={t.rules} lead={t.rules_lead}>
      <Form
        label={t.rules}
        onSubmit={(values: Values) => patch({ rules: typedRules(values, t.rule_missing, rules) })}
      >
        <RuleFields rules={rules} />
        <FormActions>
          <Submit>{t.save}</Submit>
        </FormActions>
      </Form>
    </Section>
  )
}

function RemoveCollection({ collection }: Of) {
  const t = useTexts(texts)
  const toast = useToast()
  const navigate = useNavigate()
  const client = useQueryClient()
  const remove = async () => {
    const params = { path: { id: collection.data.id } }
    await body(api.DELETE('/v1/shop/collections/{id}', { params }))
    toast(t.removed)
    await navigate({ to: '/staff/shop/collections' })
    await client.invalidateQueries({ queryKey: ['shop', 'collections'] })
  }
  return <Remove label={t.remove} title={t.remove_title} lead={t.remove_lead} onRemove={remove} />
}
