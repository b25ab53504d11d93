import { useProfile, useSignOutHere } from '@/lib/session'
import { defineTexts, useTexts } from '@/lib/text'
import { Button } from './button'
import styles from './deciding.module.css'
import { Notice } from './notice'
import { isSpending, ScopeList } from './scope'
import { Person } from './shown'

const texts = defineTexts(
  {
    not_you: 'Not you?',
    wants: (name: string) => `${name} wants to`,
    spending:
      'It could give away what you have without asking you each time. Allow it only if you trust whoever made it.',
    stranger: (name: string) =>
      `Somebody outside made this application and calls it “${name}”. We haven’t checked it. You can take back what you allow at any time, under Security.`,
  },
  {
    not_you: 'Das bist nicht du?',
    wants: (name: string) => `${name} möchte`,
    spending:
      'Damit könnte sie weggeben, was du hast, ohne dich jedes Mal zu fragen. Erlaube es nur, wenn du denen vertraust, die sie gemacht haben.',
    stranger: (name: string) =>
      `Diese Anwendung hat jemand von außen gemacht und nennt sie „${name}“. Wir haben sie nicht geprüft. Was du erlaubst, kannst du jederzeit unter Sicherheit zurücknehmen.`,
  },
)

/** Who decides here; somebody else signs in and comes back. */
export function WhoDecides() {
  const t = useTexts(texts)
  const profile = useProfile()
  const signOut = useSignOutHere()
  return (
    <div className={styles.who}>
      <Person person={profile} />
      <Button look="quiet" small onClick={() => void signOut()}>
        {t.not_you}
      </Button>
    </div>
  )
}

type AskedForProps = { name: string; scopes: readonly string[]; fresh?: readonly string[] }

/** What an application of others asks for, and what that means. */
export function AskedFor({ name, scopes, fresh }: AskedForProps) {
  const t = useTexts(texts)
  return (
    <>
      <h2>{t.wants(name)}</h2>
      <ScopeList label={t.wants(name)} scopes={scopes} fresh={fresh} />
      {isSpending(scopes) && <Notice tone="warning">{t.spending}</Notice>}
      <p className="muted">{t.stranger(name)}</p>
    </>
  )
}
