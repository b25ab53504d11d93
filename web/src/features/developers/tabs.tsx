import { defineTexts, useTexts } from '@/lib/text'
import { Tabs } from '@/ui/tabs'

const texts = defineTexts(
  { label: 'For developers', keys: 'API keys', applications: 'Applications', webhooks: 'Webhooks' },
  {
    label: 'Für Entwickler',
    keys: 'API-Schlüssel',
    applications: 'Anwendungen',
    webhooks: 'Webhooks',
  },
)

/** The pages for whoever writes programs. */
export function DeveloperTabs() {
  const t = useTexts(texts)
  return (
    <Tabs
      label={t.label}
      tabs={[
        { to: '/developers', label: t.keys },
        { to: '/developers/applications', label: t.applications },
        { to: '/developers/webhooks', label: t.webhooks },
      ]}
    />
  )
}
