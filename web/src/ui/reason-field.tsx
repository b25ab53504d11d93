import { defineTexts, useTexts } from '@/lib/text'
import { TextField } from './fields'

const texts = defineTexts(
  { reason: 'Reason', hint: 'It goes into the audit log. At least five characters.' },
  { reason: 'Grund', hint: 'Er kommt ins Protokoll. Mindestens fünf Zeichen.' },
)
const CHARS_MAX = 500

/** Why somebody does this, for whoever reads the audit log. */
export function ReasonField() {
  const t = useTexts(texts)
  return (
    <TextField
      name="reason"
      label={t.reason}
      hint={t.hint}
      maxLength={CHARS_MAX}
      autoComplete="off"
    />
  )
}
