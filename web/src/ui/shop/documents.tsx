import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { download } from '@/lib/download'
import { describeProblem } from '@/lib/problem-texts'
import type { Order } from '@/lib/shop'
import { orderToken, tokenHeader } from '@/lib/shop-cart'
import { defineTexts, useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Item, List } from '@/ui/list'
import { Section } from '@/ui/page'
import { Money, When } from '@/ui/shown'
import { useToast } from '@/ui/toast'

type Document = Schemas['OrderDocumentSummary']

const texts = defineTexts(
  {
    title: 'Invoices',
    title_both: 'Invoices and credit notes',
    invoice: (number: string) => `Invoice ${number}`,
    credit_note: (number: string) => `Credit note ${number}`,
    pdf: 'PDF',
    download: (name: string) => `Download ${name} as PDF`,
  },
  {
    title: 'Rechnungen',
    title_both: 'Rechnungen und Gutschriften',
    invoice: (number: string) => `Rechnung ${number}`,
    credit_note: (number: string) => `Gutschrift ${number}`,
    pdf: 'PDF',
    download: (name: string) => `${name} als PDF herunterladen`,
  },
)

/** Invoices and credit notes of an order: one for each parcel, one for each refund. */
export function Documents({ order }: { order: Order }) {
  const t = useTexts(texts)
  const { id, shipments, refunds } = order
  const isExpected = shipments.length + refunds.length > 0
  const { data = [] } = useQuery({
    // What was sent or given back has a document of its own.
    queryKey: ['shop', 'order', id, 'documents', shipments.length, refunds.length],
    enabled: isExpected,
    queryFn: async () => {
      const params = { path: { id }, header: tokenHeader(orderToken(id)) }
      return (await body(api.GET('/v1/shop/orders/{id}/documents', { params }))).data
    },
  })
  if (data.length === 0) return null
  const title = data.some(({ kind }) => kind === 'credit_note') ? t.title_both : t.title
  return (
    <Section title={title}>
      <List label={title}>
        {data.map((document) => (
          <Item key={document.id} end={<Pdf order={id} document={document} />}>
            {t[document.kind](document.number)}
            <div className="muted">
              <When at={document.issued_at} style="date" />
              {' · '}
              <Money units={document.total} scale={document.scale} asset={document.currency} />
            </div>
          </Item>
        ))}
      </List>
    </Section>
  )
}

/** A guest's token goes into a header, which a link can't send. */
function Pdf({ order, document }: { order: string; document: Document }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const [isBusy, setBusy] = useState(false)
  const save = async () => {
    setBusy(true)
    try {
      const params = { path: { id: document.id }, header: tokenHeader(orderToken(order)) }
      const file = await body(api.GET('/v1/shop/documents/{id}/pdf', { params, parseAs: 'blob' }))
      download(`${document.number}.pdf`, 'application/pdf', file as unknown as Blob)
    } catch (error) {
      toast(describeProblem(error, language))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button
      look="secondary"
      small
      busy={isBusy}
      aria-label={t.download(t[document.kind](document.number))}
      onClick={() => void save()}
    >
      <Download size={16} aria-hidden="true" /> {t.pdf}
    </Button>
  )
}
