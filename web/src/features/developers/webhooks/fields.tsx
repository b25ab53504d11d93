import { useTexts } from '@/lib/text'
import { useKindNames } from '@/ui/event-kind'
import { CheckField, TextField } from '@/ui/fields'
import { useFormState } from '@/ui/form'
import { EVERYTHING, PATTERNS, writtenOf } from './kinds'
import styles from './page.module.css'
import type { Webhook } from './queries'
import { texts } from './texts'

/** Where it is, what it is for, and what it wants to hear. */
export function WebhookFields({ webhook }: { webhook?: Webhook }) {
  const t = useTexts(texts)
  return (
    <>
      <TextField
        name="url"
        label={t.url}
        hint={t.url_hint}
        type="url"
        inputMode="url"
        autoComplete="off"
        maxLength={2048}
        defaultValue={webhook?.url}
      />
      <TextField
        name="description"
        label={t.description}
        optional
        maxLength={200}
        defaultValue={webhook?.description ?? ''}
      />
      <Kinds kinds={webhook?.kinds ?? [EVERYTHING]} />
    </>
  )
}

/** One of several kinds may be wrong; that is said at the whole. */
export const KIND_ALIASES = Object.fromEntries(
  Array.from({ length: 50 }, (_, index) => [`kinds/${index}`, 'kinds']),
)

function Kinds({ kinds }: { kinds: readonly string[] }) {
  const t = useTexts(texts)
  const names = usePatternNames()
  const error = useFormState().errors.kinds
  return (
    <fieldset name="kinds" className={styles.choices} aria-label={t.kinds} tabIndex={-1}>
      <p className={styles.legend} aria-hidden="true">
        {t.kinds}
      </p>
      <div className={styles.boxes}>
        {PATTERNS.map((pattern) => (
          <CheckField
            key={pattern}
            name={`kind:${pattern}`}
            defaultChecked={kinds.includes(pattern)}
            label={names(pattern)}
          />
        ))}
      </div>
      <TextField
        name="more"
        label={t.more}
        hint={t.more_hint}
        optional
        autoCapitalize="off"
        spellCheck={false}
        defaultValue={writtenOf(kinds)}
      />
      {error && (
        <p role="alert" className={styles.error}>
          {error}
        </p>
      )}
    </fieldset>
  )
}

/** `*`, `transfer.*` or `transfer.received` in words. */
export function usePatternNames(): (pattern: string) => string {
  const t = useTexts(texts)
  const names = useKindNames()
  return (pattern) => {
    if (pattern === EVERYTHING) return t.everything
    return pattern.endsWith('.*') ? names.group(pattern.slice(0, -2)) : names.kind(pattern)
  }
}
