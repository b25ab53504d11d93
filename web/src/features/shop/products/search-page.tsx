import { useSearch } from '@tanstack/react-router'
import { useTexts } from '@/lib/text'
import { Page } from '@/ui/page'
import { Listing } from './listing'
import { texts } from './texts'

/** What was looked for; without words, everything. */
export default function SearchPage() {
  const t = useTexts(texts)
  const { q } = useSearch({ strict: false }) as { q?: string }
  return (
    <Page title={q ? t.results(q) : t.search} back={{ to: '/shop', label: t.back }}>
      <Listing label={t.products} />
    </Page>
  )
}
