import { useIdempotencyKey } from '@/lib/idempotency'
import { defineTexts, useTexts } from '@/lib/text'
import { Confirm } from './confirm'
import { SelectField } from './fields'

const texts = defineTexts(
  { none: 'Not at all', hour: 'An hour', day: 'A day', week: 'A week' },
  { none: 'Gar nicht', hour: 'Eine Stunde', day: 'Einen Tag', week: 'Eine Woche' },
)

type Given = { readonly overlap_s: number }
type Header = { readonly 'Idempotency-Key': string }

type RotateProps = {
  label: string
  title: string
  /** What a replacement means. */
  lead: string
  /** What the old one does for a while yet. */
  overlap: string
  onRotate: (given: Given, header: Header) => Promise<void>
}

/** Replaces a secret by a new one; the old one works on for as long as is chosen. */
export function Rotate({ label, title, lead, overlap, onRotate }: RotateProps) {
  const t = useTexts(texts)
  const once = useIdempotencyKey()
  return (
    <Confirm
      label={label}
      title={title}
      action={label}
      onConfirm={(values) => {
        const given = { overlap_s: Number(values.overlap) }
        return once.send(given, (header) => onRotate(given, header))
      }}
    >
      <p>{lead}</p>
      <SelectField
        name="overlap"
        label={overlap}
        defaultValue="86400"
        choices={[
          { value: '0', label: t.none },
          { value: '3600', label: t.hour },
          { value: '86400', label: t.day },
          { value: '604800', label: t.week },
        ]}
      />
    </Confirm>
  )
}
