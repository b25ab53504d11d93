import { useRouter } from '@tanstack/react-router'
import { defineTexts, useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Page } from '@/ui/page'
import { Empty, Failed, Loading } from '@/ui/states'

const texts = defineTexts(
  {
    not_found: 'There is nothing here',
    not_found_lead: 'The address may be mistyped, or what was here is gone.',
    home: 'To the start page',
    failed: 'This page can’t be shown',
  },
  {
    not_found: 'Hier ist nichts',
    not_found_lead: 'Vielleicht ist die Adresse vertippt, oder was hier war, ist weg.',
    home: 'Zur Startseite',
    failed: 'Diese Seite kann nicht gezeigt werden',
  },
)

export function NotFound() {
  const t = useTexts(texts)
  return (
    <Page title={t.not_found} narrow>
      <Empty title={t.not_found_lead} action={<ButtonLink to="/">{t.home}</ButtonLink>} />
    </Page>
  )
}

export function PageLoading() {
  return <Loading lines={6} />
}

/** Also for what a page throws while it is shown; trying again loads it anew. */
export function PageFailed({ error }: { error: unknown }) {
  const t = useTexts(texts)
  const router = useRouter()
  return (
    <Page title={t.failed} narrow>
      <Failed error={error} onRetry={() => void router.invalidate()} />
    </Page>
  )
}
