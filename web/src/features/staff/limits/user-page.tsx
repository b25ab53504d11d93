import { useParams } from '@tanstack/react-router'
import { usePermissions } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Missing } from '@/ui/guarded'
import { Section } from '@/ui/page'
import { LimitsTable } from './limits-table'
import { texts } from './texts'

/** How much one user may send; a part of the pages about them. */
export default function UserLimitsPage() {
  const t = useTexts(texts)
  const { id = '' } = useParams({ strict: false })
  if (!usePermissions().has('limits.write')) return <Missing permission="limits.write" />
  return (
    <Section title={t.title} lead={t.user_lead}>
      <LimitsTable user={id} />
    </Section>
  )
}
