import { useQueryClient } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { SelectField } from '@/ui/fields'
import { useScopeNames } from '@/ui/scope'
import { When } from '@/ui/shown'
import { useToast } from '@/ui/toast'
import styles from './page.module.css'
import { KEYS } from './queries'
import { texts } from './texts'

type Props = { apiKey: Schemas['ApiKey']; onRotated: (key: string) => void }

export function KeyItem({ apiKey, onRotated }: Props) {
  const t = useTexts(texts)
  const nameOf = useScopeNames()
  return (
    <li className={styles.key}>
      <div className={styles.words}>
        <p>
          <span className={styles.name}>{apiKey.name}</span> <code>{apiKey.prefix}…</code>
        </p>
        <ul className={styles.scopes}>
          {apiKey.scopes.map((scope) => (
            <li key={scope}>
              <code>{scope}</code> {nameOf(scope)}
            </li>
          ))}
        </ul>
        <p className={styles.note}>
          {apiKey.last_used_at ? (
            <>
              {t.used} <When at={apiKey.last_used_at} style="relative" />
              {apiKey.last_used_ip && ` (${apiKey.last_used_ip})`}
            </>
          ) : (
            t.never_used
          )}
          , {t.created} <When at={apiKey.created_at} style="date" />
        </p>
        {apiKey.expires_at && (
          <p className={styles.note}>
            {t.ends} <When at={apiKey.expires_at} />
          </p>
        )}
        {apiKey.allowed_ips.length > 0 && (
          <p className={styles.note}>{t.only_from(apiKey.allowed_ips.join(', '))}</p>
        )}
      </div>
      <div className={styles.actions}>
        <Rotate apiKey={apiKey} onRotated={onRotated} />
        <Delete apiKey={apiKey} />
      </div>
    </li>
  )
}

function Rotate({ apiKey, onRotated }: Props) {
  const t = useTexts(texts)
  const client = useQueryClient()
  const once = useIdempotencyKey()
  return (
    <Confirm
      label={t.rotate}
      title={t.rotate_title(apiKey.name)}
      action={t.rotate}
      onConfirm={async ({ overlap }) => {
        const given = { overlap_s: Number(overlap) }
        const path = { id: apiKey.id }
        const { key } = await once.send(given, (header) =>
          body(
            api.POST('/v1/identity/api-keys/{id}/rotate', {
              params: { path, header },
              body: given,
            }),
          ),
        )
        onRotated(key)
        await client.invalidateQueries({ queryKey: KEYS })
      }}
    >
      <p>{t.rotate_text}</p>
      <SelectField
        name="overlap"
        label={t.overlap}
        defaultValue="86400"
        choices={[
          { value: '0', label: t.overlap_none },
          { value: '3600', label: t.overlap_hour },
          { value: '86400', label: t.overlap_day },
          { value: '604800', label: t.overlap_week },
        ]}
      />
    </Confirm>
  )
}

function Delete({ apiKey }: { apiKey: Schemas['ApiKey'] }) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  return (
    <Confirm
      label={t.delete}
      title={t.delete_title(apiKey.name)}
      action={t.delete}
      isDanger
      onConfirm={async () => {
        await api.DELETE('/v1/identity/api-keys/{id}', { params: { path: { id: apiKey.id } } })
        await client.invalidateQueries({ queryKey: KEYS })
        toast(t.deleted)
      }}
    >
      <p>{t.delete_text}</p>
    </Confirm>
  )
}
