import { useQueryClient } from '@tanstack/react-query'
import { api, body } from '@/api/client'
import { type CustomField, versioned, writtenFieldsQuery } from '@/lib/staff-shop'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import type { Values } from '@/ui/form'
import { Remove } from '@/ui/remove'
import { useToast } from '@/ui/toast'
import { FieldFields, typedField } from './fields'
import { texts } from './texts'

function useReread() {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: writtenFieldsQuery.queryKey }),
      client.invalidateQueries({ queryKey: ['shop', 'custom-fields'] }),
    ])
}

export function EditField({ field }: { field: CustomField }) {
  const t = useTexts(texts)
  const toast = useToast()
  const reread = useReread()
  const path = { id: field.id }
  const save = async (values: Values) => {
    const patch = typedField(values, t.needed, field)
    const { version } = await versioned(
      api.GET('/v1/shop/custom-fields/{id}', { params: { path } }),
    )
    const header = { 'If-Match': version }
    await body(api.PATCH('/v1/shop/custom-fields/{id}', { params: { path, header }, body: patch }))
    toast(t.saved)
    await reread()
  }
  return (
    <Confirm label={t.edit} title={t.edit_it(field.title)} action={t.save} onConfirm={save}>
      <FieldFields field={field} />
    </Confirm>
  )
}

export function RemoveField({ field }: { field: CustomField }) {
  const t = useTexts(texts)
  const toast = useToast()
  const reread = useReread()
  const remove = async () => {
    const params = { path: { id: field.id } }
    await body(api.DELETE('/v1/shop/custom-fields/{id}', { params }))
    toast(t.removed)
    await reread()
  }
  return (
    <Remove
      label={t.remove}
      title={t.remove_it(field.title)}
      lead={t.remove_lead}
      onRemove={remove}
    />
  )
}
