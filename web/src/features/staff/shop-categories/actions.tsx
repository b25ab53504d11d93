import { useQueryClient } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import type { Category } from '@/lib/shop'
import { versioned } from '@/lib/staff-shop'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { SelectField, TextAreaField, TextField } from '@/ui/fields'
import { FieldErrors, type Values } from '@/ui/form'
import { Remove } from '@/ui/remove'
import { TitleAndHandle } from '@/ui/shop/handle-fields'
import { TranslationFields, typedTranslations } from '@/ui/shop/translations'
import { useToast } from '@/ui/toast'
import { texts } from './texts'
import { treeOf, withAllBelow } from './tree'

type Words = ReturnType<typeof useTexts<(typeof texts)['en']>>

function useReread() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['shop', 'categories'] })
}

export function NewCategory({ all }: { all: readonly Category[] }) {
  const t = useTexts(texts)
  const toast = useToast()
  const key = useIdempotencyKey()
  const reread = useReread()
  const create = async (values: Values) => {
    const category: Schemas['CreateCategory'] = typed(values, t)
    await key.send(category, (header) =>
      body(api.POST('/v1/shop/categories', { params: { header }, body: category })),
    )
    toast(t.created)
    await reread()
  }
  return (
    <Confirm label={t.new} look="primary" title={t.new} action={t.create} onConfirm={create}>
      <Fields all={all} />
    </Confirm>
  )
}

export function EditCategory({ category, all }: { category: Category; all: readonly Category[] }) {
  const t = useTexts(texts)
  const toast = useToast()
  const reread = useReread()
  const path = { id: category.id }
  const save = async (values: Values) => {
    const patch: Schemas['CategoryPatch'] = typed(values, t)
    const { version } = await versioned(api.GET('/v1/shop/categories/{id}', { params: { path } }))
    const header = { 'If-Match': version }
    await body(api.PATCH('/v1/shop/categories/{id}', { params: { path, header }, body: patch }))
    toast(t.saved)
    await reread()
  }
  return (
    <Confirm label={t.edit} title={t.edit_it(category.title)} action={t.save} onConfirm={save}>
      <Fields category={category} all={all} />
    </Confirm>
  )
}

export function RemoveCategory({ category }: { category: Category }) {
  const t = useTexts(texts)
  const toast = useToast()
  const reread = useReread()
  const remove = async () => {
    const params = { path: { id: category.id } }
    await body(api.DELETE('/v1/shop/categories/{id}', { params }))
    toast(t.removed)
    await reread()
  }
  return (
    <Remove
      label={t.remove}
      title={t.remove_title(category.title)}
      lead={t.remove_lead}
      onRemove={remove}
    />
  )
}

function Fields({ category, all }: { category?: Category; all: readonly Category[] }) {
  const t = useTexts(texts)
  const own = category ? withAllBelow(all, category.id) : new Set<string>()
  const parents = treeOf(all).filter((it) => !own.has(it.category.id))
  return (
    <>
      <TitleAndHandle title={category?.title} handle={category?.handle} />
      <TextAreaField
        name="description"
        label={t.description}
        optional
        rows={3}
        defaultValue={category?.description ?? ''}
      />
      <SelectField
        name="parent"
        label={t.parent}
        defaultValue={category?.parent ?? ''}
        choices={[
          { value: '', label: t.top },
          ...parents.map((it) => ({
            value: it.category.id,
            label: `${'\u2003'.repeat(it.depth)}${it.category.title}`,
          })),
        ]}
      />
      <TextField
        name="position"
        label={t.position}
        hint={t.position_hint}
        inputMode="numeric"
        autoComplete="off"
        defaultValue={String(category?.position ?? 0)}
      />
      <TranslationFields of={category?.translations} />
    </>
  )
}

function typed(values: Values, t: Words) {
  const position = values.position?.trim() || '0'
  if (!/^\d{1,7}$/.test(position)) throw new FieldErrors({ position: t.whole_number })
  return {
    title: values.title?.trim() ?? '',
    handle: values.handle?.trim() ?? '',
    description: values.description ?? '',
    parent: values.parent || null,
    position: Number(position),
    translations: typedTranslations(values),
  }
}
