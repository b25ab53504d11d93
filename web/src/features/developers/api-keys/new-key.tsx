import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { api, body } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { rolesQuery, usePermissions } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { CheckField, SelectField, TextAreaField, TextField } from '@/ui/fields'
import { FieldErrors, useFormState } from '@/ui/form'
import { useScopeNames } from '@/ui/scope'
import { asNewKey } from './new-key-values'
import styles from './page.module.css'
import { KEYS } from './queries'
import { texts } from './texts'

/** Each network is a line of one field. */
const NETWORKS = Object.fromEntries(
  Array.from({ length: 50 }, (_, index) => [`allowed_ips/${index}`, 'allowed_ips']),
)

/** Asks what the key may do, makes it, and hands it on to be shown once. */
export function NewKey({ onMade }: { onMade: (key: string) => void }) {
  const t = useTexts(texts)
  const client = useQueryClient()
  const once = useIdempotencyKey()
  return (
    <Confirm
      label={
        <>
          <Plus size={18} aria-hidden="true" /> {t.make}
        </>
      }
      title={t.make}
      action={t.make}
      aliases={NETWORKS}
      onConfirm={async (values) => {
        const given = asNewKey(values, new Date())
        if (given.scopes.length === 0) throw new FieldErrors({ scopes: t.scopes_missing })
        const { key } = await once.send(given, (header) =>
          body(api.POST('/v1/identity/api-keys', { params: { header }, body: given })),
        )
        onMade(key)
        await client.invalidateQueries({ queryKey: KEYS })
      }}
    >
      <TextField name="name" label={t.name} hint={t.name_hint} maxLength={100} autoComplete="off" />
      <Scopes />
      <SelectField
        name="days"
        label={t.expiry}
        defaultValue="90"
        choices={[
          { value: '30', label: t.expiry_days('30') },
          { value: '90', label: t.expiry_days('90') },
          { value: '365', label: t.expiry_year },
          { value: '', label: t.expiry_never },
        ]}
      />
      <TextAreaField
        name="allowed_ips"
        label={t.networks}
        hint={t.networks_hint}
        optional
        rows={2}
        spellCheck={false}
      />
    </Confirm>
  )
}

/** What the owner may do themselves, as far as programs may have it. */
function Scopes() {
  const t = useTexts(texts)
  const own = usePermissions()
  const nameOf = useScopeNames()
  const error = useFormState().errors.scopes
  const { data } = useQuery(rolesQuery)
  const scopes = data?.permissions.filter((it) => it.is_scope && own.has(it.name)) ?? []
  return (
    <fieldset name="scopes" className={styles.choices} aria-label={t.scopes} tabIndex={-1}>
      <p className={styles.legend} aria-hidden="true">
        {t.scopes}
      </p>
      {scopes.map(({ name }) => (
        <CheckField
          key={name}
          name={`scope:${name}`}
          value={name}
          defaultChecked={name === 'wallet.read'}
          label={
            <>
              <code>{name}</code> {nameOf(name)}
            </>
          }
        />
      ))}
      {error && (
        <p role="alert" className={styles.error}>
          {error}
        </p>
      )}
    </fieldset>
  )
}
