import type { ReactNode } from 'react'
import { formatAmount } from '@/lib/amount'
import { dateFormat } from '@/lib/days'
import { useLanguage } from '@/lib/text'
import styles from './shown.module.css'

/** An amount with its asset: `12.50 EUR`. With a `sign`, whether it came in or went out. */
export function Money({
  units,
  scale,
  asset,
  sign,
}: {
  units: string
  scale: number
  asset: string
  sign?: 'in' | 'out'
}) {
  const { language } = useLanguage()
  const mark = sign === 'in' ? '+' : sign === 'out' ? '\u2212' : ''
  const className = sign === 'in' ? `${styles.money} ${styles.in}` : styles.money
  return (
    <span className={className}>
      {mark}
      {formatAmount(units, scale, language)} <span className={styles.asset}>{asset}</span>
    </span>
  )
}

type WhenProps = { at: string; style?: 'date' | 'time' | 'both' | 'relative' }

/** A moment in the reader's time zone; the exact one on hovering. */
export function When({ at, style = 'both' }: WhenProps) {
  const { language } = useLanguage()
  const moment = new Date(at)
  const shown =
    style === 'relative' ? relative(moment, language) : absolute(moment, style, language)
  return (
    <time dateTime={at} title={absolute(moment, 'both', language)}>
      {shown}
    </time>
  )
}

const STYLES = {
  date: { dateStyle: 'medium' },
  time: { timeStyle: 'short' },
  both: { dateStyle: 'medium', timeStyle: 'short' },
} as const

/** A day within a sentence. */
export function dateIn(at: string, language: string): string {
  return absolute(new Date(at), 'date', language)
}

function absolute(moment: Date, style: keyof typeof STYLES, language: string): string {
  return dateFormat(language, STYLES[style]).format(moment)
}

const STEPS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

function relative(moment: Date, language: string): string {
  const seconds = Math.round((moment.getTime() - Date.now()) / 1_000)
  if (Math.abs(seconds) > 6 * 86_400) return absolute(moment, 'date', language)
  const [unit, length] = STEPS.find(([, it]) => Math.abs(seconds) >= it) ?? STEPS[3]
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  return format.format(Math.trunc(seconds / length), unit)
}

type Tone = 'neutral' | 'good' | 'warning' | 'bad' | 'info'

/** A state in a word; its colour says nothing that the word doesn't. */
export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`${styles.badge} ${styles[tone]}`}>{children}</span>
}

type Somebody = { name?: string | null; handle?: string | null; email?: string | null }

export function nameOf(person: Somebody | null | undefined): string {
  if (!person) return '–'
  return person.name ?? (person.handle ? `@${person.handle}` : (person.email ?? '–'))
}

/** A round sign with somebody's initials, in a colour that is always theirs. */
export function Avatar({ person, size = 40 }: { person: Somebody | null; size?: number }) {
  const name = nameOf(person)
  const initials = name
    .replace(/^@/, '')
    .split(/[\s@.]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase())
    .join('')
  const key = person?.handle ?? name
  const hue = [...key].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7)
  return (
    <span
      className={styles.avatar}
      style={{ width: size, height: size, fontSize: size * 0.38, '--hue': hue } as never}
      aria-hidden="true"
    >
      {initials}
    </span>
  )
}

/** Somebody with their sign: the name, and the handle under it. */
export function Person({ person, note }: { person: Somebody | null; note?: ReactNode }) {
  const below = note ?? (person?.handle ? `@${person.handle}` : null)
  return (
    <span className={styles.person}>
      <Avatar person={person} />
      <span className={styles.personText}>
        <span className={styles.personName}>{nameOf(person)}</span>
        {below && <span className={styles.note}>{below}</span>}
      </span>
    </span>
  )
}
