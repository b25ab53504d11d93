import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Blocks } from 'lucide-react'
import { api, body, type Schemas } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { List } from '@/ui/list'
import { Section } from '@/ui/page'
import { useScopeNames } from '@/ui/scope'
import { When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { texts } from './outside-texts'
import styles from './page.module.css'

const KEY = ['security', 'consents']

/** What applications of others may do in the user's name. */
export function ConnectedApps() {
  const t = useTexts(texts)
  const query = useQuery({ queryKey: KEY, queryFn: () => body(api.GET('/v1/oauth/consents')) })
  return (
    <Section title={t.apps} lead={t.apps_lead}>
      <Loaded query={query} lines={1}>
        {({ consents }) =>
          consents.length === 0 ? (
            <p className="muted">{t.apps_empty}</p>
          ) : (
            <List label={t.apps}>
              {consents.map((consent) => (
                <ConnectedApp key={consent.application.id} consent={consent} />
              ))}
            </List>
          )
        }
      </Loaded>
    </Section>
  )
}

function ConnectedApp({ consent }: { consent: Schemas['Consent'] }) {
  const t = useTexts(texts)
  const nameOf = useScopeNames()
  return (
    <li className={styles.app}>
      <div className={styles.thing}>
        <Blocks size={20} aria-hidden="true" />
        <div>
          <p className={styles.name}>{consent.application.name}</p>
          <p className={styles.note}>{consent.scopes.map(nameOf).join('; ')}</p>
          <p className={styles.note}>
            {t.app_since} <When at={consent.updated_at} style="relative" />
          </p>
        </div>
      </div>
      <Disconnect application={consent.application} />
    </li>
  )
}

function Disconnect({ application: { id, name } }: { application: Schemas['AskingApplication'] }) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  return (
    <Confirm
      label={t.app_remove}
      title={t.app_remove_title(name)}
      action={t.app_remove}
      isDanger
      onConfirm={async () => {
        const params = { path: { application_id: id } }
        await api.DELETE('/v1/oauth/consents/{application_id}', { params })
        await client.invalidateQueries({ queryKey: KEY })
        toast(t.app_removed(name))
      }}
    >
      <p>{t.app_remove_text}</p>
    </Confirm>
  )
}
