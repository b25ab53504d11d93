import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { rolesQuery } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { CheckField, SelectField, TextAreaField, TextField } from '@/ui/fields'
import { useFormState } from '@/ui/form'
import { useScopeNames } from '@/ui/scope'
import styles from './applications.module.css'
import type { Application, Kind } from './queries'
import { texts } from './texts'
import { GRANT_TYPES, mayUse, OPENID_SCOPES } from './values'

/** Each address is a line of one field, and each scope a box of one list. */
export const ALIASES = Object.fromEntries(
  ['redirect_uris', 'post_logout_redirect_uris', 'scopes', 'grant_types'].flatMap((name) =>
    Array.from({ length: 30 }, (_, index) => [`${name}/${index}`, name]),
  ),
)

/** What an application is; what kind it is can't be changed later. */
export function ApplicationFields({ application }: { application?: Application }) {
  const t = useTexts(texts)
  const [kind, setKind] = useState<Kind>(application?.kind ?? 'confidential')
  return (
    <>
      <TextField
        name="name"
        label={t.name}
        hint={t.name_hint}
        maxLength={100}
        autoComplete="off"
        defaultValue={application?.name}
      />
      {!application && (
        <SelectField
          name="kind"
          label={t.kind}
          value={kind}
          onChange={(event) => setKind(event.target.value as Kind)}
          choices={[
            { value: 'confidential', label: t.confidential },
            { value: 'public', label: t.public },
          ]}
        />
      )}
      <Ways kind={kind} application={application} />
      <Addresses name="redirect_uris" given={application?.redirect_uris} />
      <Scopes application={application} />
      <Addresses
        name="post_logout_redirect_uris"
        given={application?.post_logout_redirect_uris}
        optional
      />
    </>
  )
}

function Ways({ kind, application }: { kind: Kind; application?: Application }) {
  const t = useTexts(texts)
  const chosen = application?.grant_types ?? ['authorization_code']
  return (
    <Boxes name="grant_types" legend={t.grant_types}>
      {GRANT_TYPES.filter((it) => mayUse(kind, it)).map((it) => (
        <CheckField
          key={it}
          name={`grant:${it}`}
          defaultChecked={chosen.includes(it)}
          label={t[it]}
        />
      ))}
    </Boxes>
  )
}

function Addresses({
  name,
  given,
  optional,
}: {
  name: 'redirect_uris' | 'post_logout_redirect_uris'
  given: readonly string[] | undefined
  optional?: boolean
}) {
  const t = useTexts(texts)
  return (
    <TextAreaField
      name={name}
      label={t[name]}
      hint={t[`${name}_hint`]}
      optional={optional}
      rows={2}
      autoCapitalize="off"
      spellCheck={false}
      defaultValue={given?.join('\n')}
    />
  )
}

/** Who registers it needn't be allowed the same: it acts for others. */
function Scopes({ application }: { application?: Application }) {
  const t = useTexts(texts)
  const nameOf = useScopeNames()
  const { data } = useQuery(rolesQuery)
  const operations = data?.permissions.filter((it) => it.is_scope).map((it) => it.name) ?? []
  const chosen: readonly string[] = application?.scopes ?? ['openid', 'wallet.read']
  return (
    <Boxes name="scopes" legend={t.scopes}>
      {[...OPENID_SCOPES, ...operations].map((scope) => (
        <CheckField
          key={scope}
          name={`scope:${scope}`}
          defaultChecked={chosen.includes(scope)}
          label={
            <>
              <code>{scope}</code> {nameOf(scope)}
            </>
          }
        />
      ))}
    </Boxes>
  )
}

/** Several boxes that belong together; what is wrong with them is said at the whole. */
function Boxes({ name, legend, children }: { name: string; legend: string; children: ReactNode }) {
  const error = useFormState().errors[name]
  return (
    <fieldset name={name} className={styles.boxes} aria-label={legend} tabIndex={-1}>
      <p className={styles.legend} aria-hidden="true">
        {legend}
      </p>
      {children}
      {error && (
        <p role="alert" className={styles.error}>
          {error}
        </p>
      )}
    </fieldset>
  )
}
