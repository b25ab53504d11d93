import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { SelectField } from '@/ui/fields'
import type { Values } from '@/ui/form'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { CatalogueTabs } from '@/ui/shop/catalogue-tabs'
import { TitleAndHandle } from '@/ui/shop/handle-fields'
import { Badge } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { RuleFields, typedRules } from './rules'
import { texts } from './texts'

/** All collections. */
export default function StaffCollectionsPage() {
  const t = useTexts(texts)
  const pages = usePages(['shop', 'collections', 'staff'], (cursor) =>
    body(api.GET('/v1/shop/collections', { params: { query: { cursor } } })),
  )
  return (
    <Guarded permission="catalogue.write" title={t.title}>
      <Page title={t.title} lead={t.lead} actions={<NewCollection />}>
        <CatalogueTabs />
        <Section>
          <PagedRecords
            pages={pages}
            label={t.title}
            keyOf={({ id }) => id}
            empty={<Empty title={t.none}>{t.none_lead}</Empty>}
            columns={[
              {
                name: t.collection,
                cell: ({ id, title }) => (
                  <Link to="/staff/shop/collections/$id" params={{ id }}>
                    {title}
                  </Link>
                ),
              },
              {
                name: t.how,
                cell: ({ rules }) => <Badge>{rules ? t.by_rules : t.by_hand}</Badge>,
              },
            ]}
          />
        </Section>
      </Page>
    </Guarded>
  )
}

function NewCollection() {
  const t = useTexts(texts)
  const toast = useToast()
  const navigate = useNavigate()
  const client = useQueryClient()
  const key = useIdempotencyKey()
  const [how, setHow] = useState('hand')
  const create = async (values: Values) => {
    const collection: Schemas['CreateCollection'] = {
      title: values.title?.trim() ?? '',
      handle: values.handle?.trim() ?? '',
      rules: how === 'rules' ? typedRules(values, t.rule_missing) : null,
    }
    const { id } = await key.send(collection, (header) =>
      body(api.POST('/v1/shop/collections', { params: { header }, body: collection })),
    )
    await client.invalidateQueries({ queryKey: ['shop', 'collections'] })
    toast(t.created)
    await navigate({ to: '/staff/shop/collections/$id', params: { id } })
  }
  return (
    <Confirm label={t.new} look="primary" title={t.new} action={t.create} onConfirm={create}>
      <TitleAndHandle />
      <SelectField
        name="how"
        label={t.how}
        value={how}
        onChange={(event) => setHow(event.target.value)}
        choices={[
          { value: 'hand', label: t.by_hand },
          { value: 'rules', label: t.by_rules },
        ]}
      />
      {how === 'rules' && <RuleFields />}
    </Confirm>
  )
}
