import { Link } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import { api, body } from '@/api/client'
import { usePages } from '@/lib/query'
import { useLanguage, useTexts } from '@/lib/text'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { CatalogueTabs } from '@/ui/shop/catalogue-tabs'
import { When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import styles from './imports.module.css'
import { ImportStatus } from './status'
import { texts } from './texts'
import { Upload } from './upload'

/** The catalogue as files. */
export default function StaffImportsPage() {
  const t = useTexts(texts)
  return (
    <Guarded permission="catalogue.write" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <CatalogueTabs />
        <Section title={t.export} lead={t.export_lead}>
          <div className={styles.exports}>
            <Export format="csv" label={t.export_csv} />
            <Export format="jsonl" label={t.export_jsonl} />
          </div>
        </Section>
        <Section title={t.import} lead={t.import_lead}>
          <Upload />
        </Section>
        <Section title={t.imports}>
          <Imports />
        </Section>
      </Page>
    </Guarded>
  )
}

function Export({ format, label }: { format: 'csv' | 'jsonl'; label: string }) {
  return (
    <a
      className={styles.link}
      href={`/v1/shop/exports/products?format=${format}`}
      download={`products.${format}`}
    >
      <Download size={16} aria-hidden="true" /> {label}
    </a>
  )
}

function Imports() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const count = (number: number) => number.toLocaleString(language)
  const pages = usePages(['staff', 'shop', 'imports', 'list'], (cursor) =>
    body(api.GET('/v1/shop/imports', { params: { query: { cursor } } })),
  )
  return (
    <PagedRecords
      pages={pages}
      label={t.imports}
      keyOf={({ id }) => id}
      empty={<Empty title={t.none}>{t.none_lead}</Empty>}
      columns={[
        {
          name: t.import_of,
          cell: ({ id, created_at }) => (
            <Link to="/staff/shop/imports/$id" params={{ id }}>
              <When at={created_at} />
            </Link>
          ),
        },
        { name: t.kind, cell: ({ dry_run }) => (dry_run ? t.tried : t.real) },
        { name: t.state, cell: ({ status }) => <ImportStatus is={status} /> },
        {
          name: t.lines,
          isEnd: true,
          cell: ({ lines_total, refused }) => (
            <>
              {count(lines_total)}
              {refused > 0 && <span className="muted"> · {t.refused_n(count(refused))}</span>}
            </>
          ),
        },
      ]}
    />
  )
}
