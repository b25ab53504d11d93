import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { ProblemError } from '@/lib/problem'
import { rolesQuery, usePermissions, useProfile } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { Dialog } from '@/ui/dialog'
import { CheckField } from '@/ui/fields'
import { Form, FormActions, type Values } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { Section } from '@/ui/page'
import { ReasonField } from '@/ui/reason-field'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { Roles, useRoleName } from './badges'
import { texts } from './texts'

type Props = { user: Schemas['AdminUserDetails'] }

/** What a user may do, and changing it. */
export function RolesSection({ user }: Props) {
  const t = useTexts(texts)
  const [isOpen, setOpen] = useState(false)
  const isOwn = useProfile().id === user.id
  const mayChange = usePermissions().has('users.roles') && user.status !== 'deleted'
  return (
    <Section title={t.roles} lead={t.roles_lead}>
      <Roles roles={user.roles} />
      {mayChange && isOwn && <p className="muted">{t.roles_own}</p>}
      {mayChange && !isOwn && (
        <div>
          <Button look="secondary" small onClick={() => setOpen(true)}>
            {t.roles_change}
          </Button>
          <Dialog title={t.roles_change} isOpen={isOpen} onClose={() => setOpen(false)}>
            <ChangeRoles user={user} onClose={() => setOpen(false)} />
          </Dialog>
        </div>
      )}
    </Section>
  )
}

/** The roles are read when the form opens, with the version that the change is based on. */
function ChangeRoles({ user, onClose }: Props & { onClose: () => void }) {
  const t = useTexts(texts)
  const client = useQueryClient()
  const toast = useToast()
  const [isStale, setStale] = useState(false)
  const params = { path: { id: user.id } }
  const all = useQuery(rolesQuery)
  const query = useQuery({
    queryKey: ['staff', 'user', user.id, 'roles'],
    queryFn: () => body(api.GET('/v1/identity/users/{id}/roles', { params })),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  const save = async (version: number, values: Values) => {
    const roles = all.data?.roles.map(({ name }) => name).filter((name) => values[`role.${name}`])
    const header = { 'If-Match': `"${version}"` }
    const reason = values.reason ?? ''
    try {
      await api.PUT('/v1/identity/users/{id}/roles', {
        params: { ...params, header },
        body: { roles: ['user', ...(roles ?? [])], reason },
      })
    } catch (error) {
      if (!(error instanceof ProblemError && error.status === 412)) throw error
      setStale(true)
      await query.refetch()
      return
    }
    await client.invalidateQueries({ queryKey: userKey(user.id) })
    toast(t.roles_saved)
    onClose()
  }
  return (
    <Loaded query={query} lines={4}>
      {({ roles, version }) => (
        <Form key={version} onSubmit={(values) => save(version, values)}>
          {isStale ? (
            <Notice tone="warning">{t.roles_stale}</Notice>
          ) : (
            <Notice>{t.roles_warning}</Notice>
          )}
          <RoleChoices roles={all.data?.roles ?? []} chosen={roles} />
          <ReasonField />
          <FormActions>
            <Submit>{t.save}</Submit>
            <Button look="quiet" onClick={onClose}>
              {t.cancel}
            </Button>
          </FormActions>
        </Form>
      )}
    </Loaded>
  )
}

function userKey(id: string) {
  return ['staff', 'user', id]
}

function RoleChoices({
  roles,
  chosen,
}: {
  roles: readonly Schemas['Role'][]
  chosen: readonly string[]
}) {
  const t = useTexts(texts)
  const nameOf = useRoleName()
  const common = roles.find(({ name }) => name === 'user')?.permissions ?? []
  return (
    <fieldset className="stack">
      <legend className="visually-hidden">{t.roles}</legend>
      {roles
        .filter(({ name }) => name !== 'user')
        .map(({ name, permissions }) => {
          const added = permissions.filter((permission) => !common.includes(permission))
          return (
            <CheckField
              key={name}
              name={`role.${name}`}
              defaultChecked={chosen.includes(name)}
              label={
                <>
                  {nameOf(name)}
                  {added.length > 0 && (
                    <>
                      <br />
                      <small className="muted">{t.allows(added.join(', '))}</small>
                    </>
                  )}
                </>
              }
            />
          )
        })}
    </fieldset>
  )
}
