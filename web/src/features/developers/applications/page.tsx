import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTexts } from '@/lib/text'
import { Item, List } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { When } from '@/ui/shown'
import { Empty, Loaded } from '@/ui/states'
import { DeveloperTabs } from '../tabs'
import styles from './applications.module.css'
import { NewApplication, type Shown } from './new-application'
import { type Application, useApplications } from './queries'
import { SecretOnce } from './secret-once'
import { texts } from './texts'

/** Programs that act for others who allow it. */
export default function ApplicationsPage() {
  const t = useTexts(texts)
  const navigate = useNavigate()
  const query = useApplications()
  const [made, setMade] = useState<Shown | null>(null)
  const open = ({ id }: { id: string }) =>
    void navigate({ to: '/developers/applications/$id', params: { id } })
  return (
    <Page title={t.title} lead={t.lead}>
      <DeveloperTabs />
      <Section
        title={t.applications}
        actions={<NewApplication onMade={(it) => (it.client_secret ? setMade(it) : open(it))} />}
      >
        <Loaded query={query} lines={2}>
          {({ applications }) =>
            applications.length === 0 ? (
              <Empty title={t.empty}>{t.empty_text}</Empty>
            ) : (
              <List label={t.applications}>
                {applications.map((application) => (
                  <ApplicationItem key={application.id} application={application} />
                ))}
              </List>
            )
          }
        </Loaded>
      </Section>
      <SecretOnce
        title={t.made}
        secret={made?.client_secret ?? null}
        onClose={() => {
          setMade(null)
          if (made) open(made)
        }}
      />
    </Page>
  )
}

function ApplicationItem({ application }: { application: Application }) {
  const t = useTexts(texts)
  const { id, name, kind, created_at: createdAt } = application
  return (
    <Item link={{ to: '/developers/applications/$id', params: { id } }}>
      <p className={styles.name}>{name}</p>
      <p className={styles.note}>
        <code>{id}</code>
      </p>
      <p className={styles.note}>
        {t[kind]} · {t.created} <When at={createdAt} style="date" />
      </p>
    </Item>
  )
}
