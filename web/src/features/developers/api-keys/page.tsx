import { useQuery } from '@tanstack/react-query'
import { BookOpen } from 'lucide-react'
import { useState } from 'react'
import { api, body } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Copyable } from '@/ui/copyable'
import { List } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { Empty, Loaded } from '@/ui/states'
import { DeveloperTabs } from '../tabs'
import { KeyItem } from './key-item'
import { KeyOnce } from './key-once'
import { NewKey } from './new-key'
import styles from './page.module.css'
import { KEYS } from './queries'
import { texts } from './texts'

/** Keys with which programs act for their owner. */
export default function ApiKeysPage() {
  const t = useTexts(texts)
  const [shown, setShown] = useState<string | null>(null)
  const query = useQuery({
    queryKey: KEYS,
    queryFn: () => body(api.GET('/v1/identity/api-keys')),
  })
  return (
    <Page title={t.title} lead={t.lead}>
      <DeveloperTabs />
      <Section title={t.keys} lead={t.keys_lead} actions={<NewKey onMade={setShown} />}>
        <Loaded query={query} lines={2}>
          {({ api_keys }) =>
            api_keys.length === 0 ? (
              <Empty title={t.keys_empty}>{t.keys_empty_text}</Empty>
            ) : (
              <List label={t.keys}>
                {api_keys.map((key) => (
                  <KeyItem key={key.id} apiKey={key} onRotated={setShown} />
                ))}
              </List>
            )
          }
        </Loaded>
      </Section>
      <FirstCall />
      <KeyOnce apiKey={shown} onClose={() => setShown(null)} />
    </Page>
  )
}

function FirstCall() {
  const t = useTexts(texts)
  return (
    <Section title={t.first} lead={t.first_lead}>
      <Copyable
        label={t.first_label}
        text={`curl -H "Authorization: Bearer bshl_key_…" ${location.origin}/v1/wallet/accounts`}
      />
      <p>{t.first_answer}</p>
      {/* Not a page of this app. */}
      <a href="/docs/" className={styles.docs}>
        <BookOpen size={18} aria-hidden="true" /> {t.docs}
      </a>
    </Section>
  )
}
