import { useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { api, body, type Schemas } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { ALIASES, ApplicationFields } from './fields'
import { APPLICATIONS, type Kind } from './queries'
import { texts } from './texts'
import { useChecked } from './use-checked'

export type Shown = Schemas['ShownApplication']

/** Asks what the application is, registers it, and hands it on with its secret. */
export function NewApplication({ onMade }: { onMade: (made: Shown) => void }) {
  const t = useTexts(texts)
  const client = useQueryClient()
  const once = useIdempotencyKey()
  const checked = useChecked()
  return (
    <Confirm
      label={
        <>
          <Plus size={18} aria-hidden="true" /> {t.register}
        </>
      }
      title={t.register}
      action={t.register}
      aliases={ALIASES}
      onConfirm={async (values) => {
        const given = { ...checked(values), kind: values.kind as Kind }
        const made = await once.send(given, (header) =>
          body(api.POST('/v1/oauth/applications', { params: { header }, body: given })),
        )
        onMade(made)
        await client.invalidateQueries({ queryKey: APPLICATIONS })
      }}
    >
      <ApplicationFields />
    </Confirm>
  )
}
