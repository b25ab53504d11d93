import { useState } from 'react'
import { api } from '@/api/client'
import { download } from '@/lib/download'
import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { useToast } from '@/ui/toast'
import { type AuditFilters, queryOf } from './query'
import { texts } from './texts'

const LINES = 'application/x-ndjson'

/** Saves what the filters let through, one entry a line. The API gives so many at once. */
export function Download({ filters }: { filters: AuditFilters }) {
  const t = useTexts(texts)
  const toast = useToast()
  const [isBusy, setBusy] = useState(false)
  const save = async () => {
    setBusy(true)
    try {
      const { data, response } = await api.GET('/v1/admin/audit', {
        params: { query: queryOf(filters) },
        headers: { accept: LINES },
        parseAs: 'text',
      })
      const lines = data ?? ''
      const count = lines.split('\n').filter(Boolean).length
      download(`audit-${new Date().toISOString().slice(0, 10)}.ndjson`, LINES, lines)
      toast(response.headers.has('link') ? t.download_more(count) : t.downloading(count))
    } catch {
      toast(t.download_failed)
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
