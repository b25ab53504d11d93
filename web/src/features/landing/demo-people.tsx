import { ArrowRight } from 'lucide-react'
import { type DemoPerson, useDemo, useDemoSignIn } from '@/lib/demo'
import { useLanguage, useTexts } from '@/lib/text'
import { Avatar } from '@/ui/shown'
import { Failed } from '@/ui/states'
import styles from './demo-people.module.css'
import { texts } from './texts'

/** In a demo world a newcomer first chooses whom to be. Elsewhere this isn't there. */
export function DemoPeople() {
  const t = useTexts(texts)
  const people = useDemo()
  const signIn = useDemoSignIn()
  if (!people) return null
  return (
    <section className={styles.demo} aria-labelledby="demo">
      <h2 id="demo" className={styles.title}>
        {t.demo}
      </h2>
      <p className={styles.lead}>{t.demo_lead}</p>
      {signIn.error && <Failed error={signIn.error} />}
      <ul className={styles.people}>
        {people.map((person) => (
          <li key={person.handle}>
            <PersonCard
              person={person}
              isBusy={signIn.isPending}
              onChoose={() => signIn.mutate(person.handle)}
            />
          </li>
        ))}
      </ul>
      <p className={styles.note}>
        {t.demo_remove} <code>bushel demo remove</code>.
      </p>
    </section>
  )
}

function PersonCard({
  person,
  isBusy,
  onChoose,
}: {
  person: DemoPerson
  isBusy: boolean
  onChoose: () => void
}) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  return (
    <button type="button" className={styles.card} disabled={isBusy} onClick={onChoose}>
      <Avatar person={person} size={44} />
      <span className={styles.words}>
        <span className={styles.name}>{t.demo_as(person.name)}</span>
        <span className={styles.note}>
          {t[`demo_${person.role}`]} · {person.description[language]}
        </span>
      </span>
      <ArrowRight size={20} aria-hidden="true" />
    </button>
  )
}
