import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { writtenFieldsQuery } from '@/lib/staff-shop'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import type { Values } from '@/ui/form'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { Records } from '@/ui/records'
import { CatalogueTabs } from '@/ui/shop/catalogue-tabs'
import { Empty, Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { EditField, RemoveField } from './actions'
import { FieldFields, typedField } from './fields'
import { texts } from './texts'

/** What the shop says of products beside what every shop does. */
export default function StaffCustomFieldsPage() {
  const t = useTexts(texts)
  return (
    <Guarded permission="catalogue.write" title={t.title}>
      <Page title={t.title} lead={t.lead} actions={<NewField />}>
        <CatalogueTabs />
        <Section>
          <Fields />
        </Section>
      </Page>
    </Guarded>
  )
}

function Fields() {
  const t = useTexts(texts)
  const query = useQuery(writtenFieldsQuery)
  return (
    <Loaded query={query} lines={3}>
      {(fields) =>
        fields.length === 0 ? (
          <Empty title={t.none}>{t.none_lead}</Empty>
        ) : (
          <Records
            label={t.title}
            items={fields}
            keyOf={({ id }) => id}
            columns={[
              {
                name: t.field,
                cell: ({ title, handle }) => (
                  <>
                    {title}
                    <div className="muted">{handle}</div>
                  </>
                ),
              },
              { name: t.subject, cell: ({ subject }) => t[subject] },
              {
                name: t.kind,
                cell: ({ kind, choices }) => (
                  <>
                    {t[kind]}
                    {choices.length > 0 && <div className="muted">{choices.join(', ')}</div>}
                  </>
                ),
              },
              { name: t.filters, cell: ({ is_filterable }) => (is_filterable ? t.yes : t.no) },
              {
                name: t.edit,
                isAction: true,
                cell: (field) => (
                  <div className="row">
                    <EditField field={field} />
                    <RemoveField field={field} />
                  </div>
                ),
              },
            ]}
          />
        )
      }
    </Loaded>
  )
}

function NewField() {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const key = useIdempotencyKey()
  const create = async (values: Values) => {
    const field: Schemas['CreateCustomField'] = {
      ...typedField(values, t.needed),
      handle: values.handle?.trim() ?? '',
      kind: values.kind as Schemas['CreateCustomField']['kind'],
      subject: values.subject as Schemas['CreateCustomField']['subject'],
    }
    await key.send(field, (header) =>
      body(api.POST('/v1/shop/custom-fields', { params: { header }, body: field })),
    )
    toast(t.created)
    await client.invalidateQueries({ queryKey: writtenFieldsQuery.queryKey })
    await client.invalidateQueries({ queryKey: ['shop', 'custom-fields'] })
  }
  return (
    <Confirm label={t.new} look="primary" title={t.new} action={t.create} onConfirm={create}>
      <FieldFields />
    </Confirm>
  )
}
