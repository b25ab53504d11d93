import { useState } from 'react'
import { takeLinkValues } from '@/lib/link-token'
import { useTexts } from '@/lib/text'
import { Page } from '@/ui/page'
import { ResetForm } from './reset-form'
import { texts } from './texts'

/** Where the link of the mail leads. */
export default function ResetPage() {
  const t = useTexts(texts)
  const [{ token }] = useState(takeLinkValues)
  return (
    <Page title={t.title} lead={t.lead} narrow>
      <ResetForm token={token} />
    </Page>
  )
}
