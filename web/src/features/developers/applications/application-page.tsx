import { useParams } from '@tanstack/react-router'
import { useTexts } from '@/lib/text'
import { Copyable } from '@/ui/copyable'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { useScopeNames } from '@/ui/scope'
import { When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { ApplicationActions } from './actions'
import styles from './applications.module.css'
import { FirstRequest } from './first-request'
import { type Application, useApplication } from './queries'
import { texts } from './texts'

/** One application: what it is, and how it begins. */
export default function ApplicationPage() {
  const t = useTexts(texts)
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const query = useApplication(id)
  const title = query.data?.application.name ?? t.about
  return (
    <Page title={title} back={{ to: '/developers/applications', label: t.back }}>
      <Loaded query={query} lines={8}>
        {({ application, etag }) => (
          <>
            <About application={application} etag={etag} />
            <FirstRequest application={application} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function About({ application, etag }: { application: Application; etag: string }) {
  const t = useTexts(texts)
  return (
    <Section>
      <div className={styles.step}>
        <p className={styles.legend}>{t.id}</p>
        <Copyable text={application.id} label={t.id} />
      </div>
      <Facts>
        <Fact name={t.kind}>{t[application.kind]}</Fact>
        <Fact name={t.grant_types}>
          {application.grant_types.map((it) => (
            <p key={it}>{t[it]}</p>
          ))}
        </Fact>
        <Fact name={t.created}>
          <When at={application.created_at} />
        </Fact>
        {application.former_secret_until && (
          <Fact name={t.former}>
            <When at={application.former_secret_until} />
          </Fact>
        )}
      </Facts>
      <Facts>
        <Addresses name={t.redirect_uris} addresses={application.redirect_uris} />
        <Addresses
          name={t.post_logout_redirect_uris}
          addresses={application.post_logout_redirect_uris}
        />
      </Facts>
      <Scopes scopes={application.scopes} />
      <ApplicationActions application={application} etag={etag} />
    </Section>
  )
}

function Addresses({ name, addresses }: { name: string; addresses: readonly string[] }) {
  const t = useTexts(texts)
  return (
    <Fact name={name}>
      {addresses.length === 0 && <span className="muted">{t.none}</span>}
      {addresses.map((address) => (
        <p key={address}>
          <code>{address}</code>
        </p>
      ))}
    </Fact>
  )
}

function Scopes({ scopes }: { scopes: readonly string[] }) {
  const t = useTexts(texts)
  const nameOf = useScopeNames()
  return (
    <div className={styles.step}>
      <p className={styles.note}>{t.scopes}</p>
      <ul className={styles.scopes} aria-label={t.scopes}>
        {scopes.map((scope) => (
          <li key={scope}>
            <code>{scope}</code> {nameOf(scope)}
          </li>
        ))}
      </ul>
    </div>
  )
}
