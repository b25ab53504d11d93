import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Lock } from 'lucide-react'
import { api, body, type Schemas } from '@/api/client'
import { phoneQuery } from '@/lib/phone'
import { useTexts } from '@/lib/text'
import { groupOf, useKindNames } from '@/ui/event-kind'
import { Notice } from '@/ui/notice'
import { Page, Section } from '@/ui/page'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { asUpdate, type Channel, channelsOf, isLocked, type Preference, toggled } from './choices'
import styles from './page.module.css'
import { texts } from './texts'
import { ThisDevice } from './this-device'

const KEY = ['notifications', 'preferences']
type Preferences = Schemas['NotificationPreferences']

/** Where each kind of event is told. */
export default function PreferencesPage() {
  const t = useTexts(texts)
  const query = useQuery({
    queryKey: KEY,
    queryFn: () => body(api.GET('/v1/notifications/preferences')),
  })
  return (
    <Page title={t.title} lead={t.lead} back={{ to: '/notifications', label: t.back }}>
      <ThisDevice />
      <WithoutPhone />
      <Loaded query={query} lines={12}>
        {(all) => <Groups all={all} />}
      </Loaded>
    </Page>
  )
}

/** Choices of short messages do nothing as long as there is no number. */
function WithoutPhone() {
  const t = useTexts(texts)
  const { data: phone } = useQuery(phoneQuery)
  if (!phone?.is_available || phone.number) return null
  return (
    <Notice>
      {t.no_phone} <Link to="/profile">{t.add_phone}</Link>
    </Notice>
  )
}

function Groups({ all }: { all: Preferences }) {
  const t = useTexts(texts)
  const names = useKindNames()
  const groups = [...new Set(all.preferences.map((it) => groupOf(it.kind)))]
  return groups.map((group) => {
    const preferences = all.preferences.filter((it) => groupOf(it.kind) === group)
    return (
      <Section key={group} title={names.group(group)}>
        {preferences.some((it) => it.is_required) && <Notice>{t.required}</Notice>}
        <Choices preferences={preferences} label={names.group(group)} />
      </Section>
    )
  })
}

/** A table; on a phone each kind becomes a block with its channels under it. */
function Choices({ preferences, label }: { preferences: readonly Preference[]; label: string }) {
  const t = useTexts(texts)
  const names = useKindNames()
  const toggle = useToggle()
  const { data: phone } = useQuery(phoneQuery)
  const channels = channelsOf(phone?.is_available ?? true)
  return (
    <table className={styles.table} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{t.kind}</th>
          {channels.map((channel) => (
            <th key={channel} scope="col" className={styles.channel}>
              {t[channel]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {preferences.map((it) => (
          <tr key={it.kind}>
            <th scope="row">{names.kind(it.kind)}</th>
            {channels.map((channel) => (
              <td key={channel} className={styles.channel}>
                {isLocked(it, channel) ? (
                  <span className={styles.locked} title={t.always}>
                    <Lock size={18} aria-hidden="true" />
                    <span className="visually-hidden">{t.always}</span>
                  </span>
                ) : (
                  <label className={styles.choice}>
                    <input
                      type="checkbox"
                      checked={it[channel]}
                      aria-label={t.told(names.kind(it.kind), t[channel])}
                      onChange={() => toggle({ kind: it.kind, channel })}
                    />
                  </label>
                )}
                <span className={styles.channelName} aria-hidden="true">
                  {t[channel]}
                </span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Saves each choice as it is made, one after the other, and takes back what can't be saved. */
function useToggle() {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const { mutate } = useMutation({
    scope: { id: KEY.join() },
    mutationFn: async (_: { kind: string; channel: Channel }) => {
      // It holds the version that the save before it has made.
      const wanted = client.getQueryData<Preferences>(KEY)
      if (!wanted) return undefined
      return body(
        api.PUT('/v1/notifications/preferences', {
          params: { header: { 'If-Match': `"${wanted.version}"` } },
          body: asUpdate(wanted),
        }),
      )
    },
    onMutate: ({ kind, channel }) => {
      void client.cancelQueries({ queryKey: KEY })
      client.setQueryData<Preferences>(KEY, (all) => all && toggled(all, kind, channel))
    },
    onSuccess: (saved) => {
      // Choices made meanwhile stay; only the version moves on.
      client.setQueryData<Preferences>(
        KEY,
        (all) => saved && all && { ...all, version: saved.version },
      )
      toast(t.saved)
    },
    onError: () => {
      toast(t.not_saved)
      void client.invalidateQueries({ queryKey: KEY })
    },
  })
  return mutate
}
