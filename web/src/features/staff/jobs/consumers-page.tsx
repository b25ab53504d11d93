import { useTexts } from '@/lib/text'
import { Consumers } from '@/ui/consumers'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { JobsTabs } from './tabs'
import { texts } from './texts'

/** Who reads events, and how far each is. */
export default function ConsumersPage() {
  const t = useTexts(texts)
  return (
    <Guarded permission="jobs.read" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <JobsTabs />
        <Section title={t.consumers} lead={t.consumers_lead}>
          <Consumers />
        </Section>
      </Page>
    </Guarded>
  )
}
