import { useTexts } from '@/lib/text'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { LimitsTable } from './limits-table'
import { texts } from './texts'

/** How much everybody may send. */
export default function LimitsPage() {
  const t = useTexts(texts)
  return (
    <Guarded permission="limits.write" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <Section>
          <LimitsTable user={null} />
        </Section>
      </Page>
    </Guarded>
  )
}
