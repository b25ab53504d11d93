import { useNavigate } from '@tanstack/react-router'
import { FlaskConical } from 'lucide-react'
import { useId } from 'react'
import { useDemo, useDemoSignIn } from '@/lib/demo'
import { describeProblem } from '@/lib/problem-texts'
import { useSession } from '@/lib/session'
import { defineTexts, useLanguage, useTexts } from '@/lib/text'
import { useToast } from '@/ui/toast'
import styles from './demo-banner.module.css'

const texts = defineTexts(
  {
    label: 'Demo world',
    about: 'Demo world: everything is made up.',
    remove: 'It is removed by',
    be: 'Look around as',
    choose: 'Choose somebody',
  },
  {
    label: 'Vorführwelt',
    about: 'Vorführwelt: alles hier ist erfunden.',
    remove: 'Entfernt wird sie mit',
    be: 'Sieh dich um als',
    choose: 'Wähle jemanden',
  },
)

/** Says on every page of a demo world what it is, and lets one be somebody else. */
export function DemoBanner() {
  const t = useTexts(texts)
  const people = useDemo()
  if (!people) return null
  return (
    <aside className={styles.banner} aria-label={t.label}>
      <p className={styles.about}>
        <FlaskConical size={18} aria-hidden="true" />
        <span>
          {t.about}{' '}
          <span className={styles.remove}>
            {t.remove} <code>bushel demo remove</code>.
          </span>
        </span>
      </p>
      <Switch />
    </aside>
  )
}

function Switch() {
  const t = useTexts(texts)
  const id = useId()
  const toast = useToast()
  const navigate = useNavigate()
  const { language } = useLanguage()
  const people = useDemo() ?? []
  const handle = useSession().data?.handle ?? ''
  const signIn = useDemoSignIn()
  const be = (somebody: string) =>
    signIn.mutate(somebody, {
      onSuccess: () => void navigate({ to: '/' }),
      onError: (error) => toast(describeProblem(error, language)),
    })
  const isKnown = people.some((person) => person.handle === handle)
  return (
    <span className={styles.switch}>
      <label htmlFor={id}>{t.be}</label>
      <select
        id={id}
        className={styles.people}
        value={isKnown ? handle : ''}
        disabled={signIn.isPending}
        onChange={(event) => event.target.value && be(event.target.value)}
      >
        {!isKnown && <option value="">{t.choose}</option>}
        {people.map((person) => (
          <option key={person.handle} value={person.handle}>
            {person.name}
          </option>
        ))}
      </select>
    </span>
  )
}
