import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { api, body, type Schemas } from '@/api/client'
import { deviceOf } from '@/lib/device'
import { arePasskeysPossible, isCancelled, makePasskey } from '@/lib/passkey'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import { Item, List } from '@/ui/list'
import { Section } from '@/ui/page'
import { usePasswordStep } from '@/ui/password-step'
import { Badge, When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import styles from './page.module.css'
import { texts } from './texts'

const KEY = ['security', 'passkeys']

export function Passkeys() {
  const t = useTexts(texts)
  const query = useQuery({
    queryKey: KEY,
    queryFn: () => body(api.GET('/v1/identity/passkeys')),
  })
  const isPossible = arePasskeysPossible()
  return (
    <Section title={t.passkeys} lead={t.passkeys_lead} actions={isPossible && <AddPasskey />}>
      {!isPossible && <p className="muted">{t.passkeys_impossible}</p>}
      <Loaded query={query} lines={1}>
        {({ passkeys }) =>
          passkeys.length === 0 ? (
            <p className="muted">{t.passkeys_empty}</p>
          ) : (
            <List label={t.passkeys}>
              {passkeys.map((passkey) => (
                <PasskeyItem key={passkey.id} passkey={passkey} />
              ))}
            </List>
          )
        }
      </Loaded>
    </Section>
  )
}

function AddPasskey() {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const step = usePasswordStep()
  const add = async (name: string) => {
    const { options } = await step.run((password) =>
      body(api.POST('/v1/identity/passkeys/options', { body: { password } })),
    )
    const credential = await makePasskey(options)
    await api.POST('/v1/identity/passkeys', { body: { name, credential } })
    await client.invalidateQueries({ queryKey: KEY })
  }
  return (
    <>
      <Confirm
        label={t.passkey_add}
        title={t.passkey_add}
        action={t.passkey_add}
        onConfirm={async ({ name = '' }) => {
          try {
            await add(name.trim())
            toast(t.passkey_added)
          } catch (error) {
            if (!isCancelled(error)) throw error
            toast(t.passkey_not_added)
          }
        }}
      >
        <p>{t.passkey_text}</p>
        <TextField
          name="name"
          label={t.passkey_name}
          hint={t.passkey_name_hint}
          maxLength={100}
          defaultValue={deviceOf(navigator.userAgent) ?? ''}
        />
      </Confirm>
      {step.dialog}
    </>
  )
}

function PasskeyItem({ passkey }: { passkey: Schemas['Passkey'] }) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const remove = (
    <Confirm
      label={t.remove}
      title={t.passkey_remove_title(passkey.name)}
      action={t.remove}
      isDanger
      onConfirm={async () => {
        await api.DELETE('/v1/identity/passkeys/{id}', { params: { path: { id: passkey.id } } })
        await client.invalidateQueries({ queryKey: KEY })
        toast(t.passkey_removed)
      }}
    >
      <p>{t.passkey_remove_text}</p>
    </Confirm>
  )
  return (
    <Item end={remove}>
      <div className={styles.thing}>
        <KeyRound size={20} aria-hidden="true" />
        <div>
          <p className={styles.name}>
            {passkey.name} {passkey.is_synced && <Badge>{t.passkey_synced}</Badge>}
          </p>
          <p className={styles.note}>
            {passkey.last_used_at ? t.passkey_used : t.passkey_made}{' '}
            <When at={passkey.last_used_at ?? passkey.created_at} style="relative" />
          </p>
        </div>
      </div>
    </Item>
  )
}
