import { BookOpen } from 'lucide-react'
import { useTexts } from '@/lib/text'
import { Copyable } from '@/ui/copyable'
import { Section } from '@/ui/page'
import styles from './applications.module.css'
import type { Application, GrantType } from './queries'
import { texts } from './texts'
import { authorizeUrl } from './values'

/** What a developer needs to begin, for the ways that the application may use. */
export function FirstRequest({ application }: { application: Application }) {
  const t = useTexts(texts)
  const issuer = location.origin
  const has = (way: GrantType) => application.grant_types.includes(way)
  const credentials =
    application.kind === 'confidential'
      ? `-u '${application.id}:SECRET'`
      : `-d client_id=${application.id}`
  return (
    <Section title={t.first} lead={t.first_lead}>
      <Step label={t.discovery} text={`${issuer}/.well-known/openid-configuration`} />
      {has('authorization_code') && (
        <>
          <Step label={t.authorize} text={authorizeUrl(issuer, application)} />
          <Step
            label={t.exchange}
            text={`curl ${credentials} -d grant_type=authorization_code -d code=CODE -d code_verifier=VERIFIER --data-urlencode 'redirect_uri=${application.redirect_uris[0]}' ${issuer}/oauth/token`}
          />
        </>
      )}
      {has('device_code') && (
        <Step
          label={t.device}
          text={`curl ${credentials} --data-urlencode 'scope=${application.scopes.join(' ')}' ${issuer}/oauth/device_authorization`}
        />
      )}
      {has('client_credentials') && (
        <Step
          label={t.token}
          text={`curl ${credentials} -d grant_type=client_credentials ${issuer}/oauth/token`}
        />
      )}
      {/* Not a page of this app. */}
      <a href="/docs/" className={styles.docs}>
        <BookOpen size={18} aria-hidden="true" /> {t.docs}
      </a>
    </Section>
  )
}

function Step({ label, text }: { label: string; text: string }) {
  return (
    <div className={styles.step}>
      <p className={styles.legend}>{label}</p>
      <Copyable text={text} label={label} />
    </div>
  )
}
