import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { inLanguage, isGone } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { Page } from '@/ui/page'
import { Loaded } from '@/ui/states'
import { Gone } from './gone'
import { Listing } from './listing'
import { texts } from './texts'

/** What the shop shows together. */
export default function CollectionPage() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { handle } = useParams({ strict: false }) as { handle: string }
  const query = useQuery({
    queryKey: ['shop', 'collection', handle, language],
    queryFn: () =>
      body(
        api.GET('/v1/shop/collections/{id}', {
          params: { path: { id: handle } },
          headers: inLanguage(language),
        }),
      ),
  })
  if (isGone(query.error)) return <Gone />
  return (
    <Loaded query={query} lines={6}>
      {({ title, description }) => (
        <Page title={title} lead={description || undefined} back={{ to: '/shop', label: t.back }}>
          <Listing label={title} fixed={{ collection: handle }} />
        </Page>
      )}
    </Loaded>
  )
}
