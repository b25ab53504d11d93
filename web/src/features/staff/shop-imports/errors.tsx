import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { download } from '@/lib/download'
import { describeField, describeProblem } from '@/lib/problem-texts'
import { usePages } from '@/lib/query'
import { type Language, useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { useToast } from '@/ui/toast'
import { csvOf } from './csv'
import type { Import } from './file'
import { isUnderWay } from './status'
import { texts } from './texts'

type LineError = Schemas['Page_ImportError']['data'][number]

const KEPT_MAX = 10_000
const PAGE = 200

/** What was found wrong in a file, line by line. */
export function Errors({ it }: { it: Import }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const pages = usePages(
    // More of them come while it runs.
    ['staff', 'shop', 'imports', it.id, 'errors', it.errors],
    (cursor) => read(it.id, cursor, 50),
    { enabled: it.errors > 0 },
  )
  if (it.errors === 0) {
    return <p className="muted">{isUnderWay(it) ? t.no_errors_yet : t.no_errors}</p>
  }
  const lead = it.errors > KEPT_MAX ? `${t.errors_lead} ${t.errors_most}` : t.errors_lead
  return (
    <Section
      title={t.errors(it.errors.toLocaleString(language))}
      lead={lead}
      actions={!isUnderWay(it) && <Save it={it} />}
    >
      <PagedRecords
        pages={pages}
        label={t.errors(it.errors.toLocaleString(language))}
        keyOf={(error) => `${error.line} ${error.field} ${error.code} ${error.detail}`}
        empty={<p className="muted">{t.no_errors}</p>}
        columns={[
          { name: t.line, cell: ({ line }) => `${t.line} ${line.toLocaleString(language)}` },
          { name: t.column, cell: ({ field }) => (field ? <code>{field}</code> : '–') },
          { name: t.what, cell: (error) => wordsOf(error, language) },
        ]}
      />
    </Section>
  )
}

function read(id: string, cursor: string | undefined, limit: number) {
  const params = { path: { id }, query: { cursor, limit } }
  return body(api.GET('/v1/shop/imports/{id}/errors', { params }))
}

function wordsOf(error: LineError, language: Language): string {
  return describeField({ pointer: '', code: error.code, detail: error.detail }, language)
}

/** All of them, to be worked off beside the file. */
function Save({ it }: { it: Import }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const [isBusy, setBusy] = useState(false)
  const save = async () => {
    setBusy(true)
    try {
      const lines = (await all(it.id)).map((error) => [
        error.line,
        error.field,
        error.code,
        wordsOf(error, language),
      ])
      const head = [t.line, t.column, 'code', t.what]
      download(`${it.id}.csv`, 'text/csv', csvOf([head, ...lines]))
    } catch (error) {
      toast(describeProblem(error, language))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button look="secondary" small busy={isBusy} onClick={() => void save()}>
      {t.download}
    </Button>
  )
}

async function all(id: string): Promise<readonly LineError[]> {
  const found: LineError[] = []
  let cursor: string | undefined
  do {
    const page = await read(id, cursor, PAGE)
    found.push(...page.data)
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  return found
}
