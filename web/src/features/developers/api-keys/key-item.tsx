import { useQueryClient } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { Rotate } from '@/ui/rotate'
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
        <Replace apiKey={apiKey} onRotated={onRotated} />
        <Delete apiKey={apiKey} />
      </div>
    </li>
  )
}

function Replace({ apiKey, onRotated }: Props) {
  const t = useTexts(texts)
  const client = useQueryClient()
  return (
    <Rotate
      label={t.rotate}
      title={t.rotate_title(apiKey.name)}
      lead={t.rotate_text}
      overlap={t.overlap}
      onRotate={async (given, header) => {
        const params = { path: { id: apiKey.id }, header }
        const { key } = await body(
          api.POST('/v1/identity/api-keys/{id}/rotate', { params, body: given }),
        )
        onRotated(key)
        await client.invalidateQueries({ queryKey: KEYS })
      }}
    />
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
