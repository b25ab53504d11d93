import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { api, body } from '@/api/client'
import { useFilters } from '@/lib/filters'
import { usePages } from '@/lib/query'
import { usePermissions } from '@/lib/session'
import { useFoundUsers, useUser } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { Confirm, Submit } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import { FieldErrors, Form, FormActions, SideBySide, type Values } from '@/ui/form'
import { Guarded, Recorded } from '@/ui/guarded'
import { UserId } from '@/ui/id'
import { Item, PagedList } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { Remove } from '@/ui/remove'
import { PriceTabs } from '@/ui/shop/price-tabs'
import { nameOf, Person } from '@/ui/shown'
import { Empty, Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { UserSearch } from '@/ui/user-search'
import { texts } from './group-texts'
import { LISTS } from './list'

const GROUP = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** Customers who belong together, by the name of their group. */
export default function StaffCustomerGroupsPage() {
  const t = useTexts(texts)
  const [{ group }, setFilters] = useFilters(['group'])
  const mayFind = usePermissions().has('users.read')
  const open = ({ group: typed = '' }: Values) => {
    if (!GROUP.test(typed.trim())) throw new FieldErrors({ group: t.group_wrong })
    setFilters({ group: typed })
  }
  return (
    <Guarded permission="catalogue.write" title={t.title}>
      <Page title={t.title} lead={t.lead}>
        <PriceTabs />
        <Section>
          <search>
            <Form label={t.title} onSubmit={open}>
              <SideBySide>
                <TextField
                  key={group}
                  name="group"
                  label={t.group}
                  hint={t.group_hint}
                  maxLength={100}
                  autoComplete="off"
                  autoCapitalize="off"
                  spellCheck={false}
                  defaultValue={group ?? ''}
                />
                <FormActions>
                  <Submit look="secondary">{t.open}</Submit>
                </FormActions>
              </SideBySide>
            </Form>
          </search>
          <Named />
        </Section>
        {group && <Members key={group} group={group} />}
        {group && mayFind && <Recorded />}
      </Page>
    </Guarded>
  )
}

/** There is no list of groups; those that have prices are the ones that matter. */
function Named() {
  const t = useTexts(texts)
  const query = useQuery({
    queryKey: [...LISTS, 'groups'],
    queryFn: async () => {
      const lists = await body(
        api.GET('/v1/shop/price-lists', { params: { query: { limit: 200 } } }),
      )
      const groups = lists.data.flatMap(({ customer_group }) => customer_group ?? [])
      return [...new Set(groups)].sort()
    },
  })
  return (
    <Loaded query={query} lines={1}>
      {(groups) =>
        groups.length === 0 ? (
          <p className="muted">{t.named_none}</p>
        ) : (
          <nav aria-label={t.named} className="row">
            <span className="muted">{t.named}:</span>
            {groups.map((group) => (
              <Link
                key={group}
                to="/staff/shop/customer-groups"
                search={{ group } as never}
                activeOptions={{ includeSearch: true }}
              >
                {group}
              </Link>
            ))}
          </nav>
        )
      }
    </Loaded>
  )
}

const keyOf = (group: string) => ['staff', 'shop', 'customer-groups', group]

function Members({ group }: { group: string }) {
  const t = useTexts(texts)
  const mayFind = usePermissions().has('users.read')
  const pages = usePages(keyOf(group), (cursor) =>
    body(
      api.GET('/v1/shop/customer-groups/{group}/users', {
        params: { path: { group }, query: { cursor } },
      }),
    ),
  )
  const inIt = new Set(pages.items?.map(({ user }) => user))
  return (
    <>
      <Section title={t.members(group)}>
        <PagedList
          pages={pages}
          label={t.members(group)}
          empty={<Empty title={t.none}>{t.none_lead}</Empty>}
        >
          {({ user }) =>
            mayFind ? (
              <Known key={user} group={group} id={user} />
            ) : (
              <Item key={user} end={<TakeOut group={group} id={user} name={user} />}>
                <UserId id={user} />
              </Item>
            )
          }
        </PagedList>
      </Section>
      <Section title={t.add}>
        {mayFind ? <Find group={group} inIt={inIt} /> : <AddById group={group} />}
      </Section>
    </>
  )
}

function Known({ group, id }: { group: string; id: string }) {
  const user = useUser(id).data
  return (
    <Item end={<TakeOut group={group} id={id} name={user ? nameOf(user) : id} />}>
      {user ? (
        <Link to="/staff/users/$id" params={{ id }}>
          <Person person={user} note={user.email} />
        </Link>
      ) : (
        <UserId id={id} />
      )}
    </Item>
  )
}

type OneProps = { group: string; id: string; name: string }

function TakeOut({ group, id, name }: OneProps) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const remove = async () => {
    const path = { group, user: id }
    await body(api.DELETE('/v1/shop/customer-groups/{group}/users/{user}', { params: { path } }))
    toast(t.removed(name))
    await client.invalidateQueries({ queryKey: keyOf(group) })
  }
  return <Remove isOneOfMany label={t.remove} title={t.remove_it(name)} onRemove={remove} />
}

function useAdd(group: string) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  return async (id: string, name: string) => {
    const path = { group, user: id }
    await body(api.PUT('/v1/shop/customer-groups/{group}/users/{user}', { params: { path } }))
    toast(t.added(name))
    await client.invalidateQueries({ queryKey: keyOf(group) })
  }
}

function Find({ group, inIt }: { group: string; inIt: ReadonlySet<string> }) {
  const t = useTexts(texts)
  const add = useAdd(group)
  const [q, setQ] = useState('')
  return (
    <>
      <UserSearch values={q ? { q } : {}} onChange={({ q: typed = '' }) => setQ(typed.trim())} />
      {q !== '' && (
        <FoundUsers q={q}>
          {(user) =>
            inIt.has(user.id) ? null : (
              <Confirm
                label={
                  <>
                    <span aria-hidden="true">{t.add_it}</span>
                    <span className="visually-hidden">{t.add_them(nameOf(user))}</span>
                  </>
                }
                title={t.add_them(nameOf(user))}
                action={t.add_it}
                onConfirm={() => add(user.id, nameOf(user))}
              />
            )
          }
        </FoundUsers>
      )}
    </>
  )
}

type User = NonNullable<ReturnType<typeof useFoundUsers>['items']>[number]

function FoundUsers({ q, children }: { q: string; children: (user: User) => ReactNode }) {
  const t = useTexts(texts)
  const pages = useFoundUsers(q)
  return (
    <PagedList pages={pages} label={t.found} empty={<p className="muted">{t.nobody}</p>}>
      {(user) => (
        <Item key={user.id} end={children(user)}>
          <Person person={user} note={user.email} />
        </Item>
      )}
    </PagedList>
  )
}

function AddById({ group }: { group: string }) {
  const t = useTexts(texts)
  const add = useAdd(group)
  return (
    <Form label={t.add} onSubmit={({ user = '' }) => add(user.trim(), t.somebody)}>
      <TextField name="user" label={t.by_id} hint={t.by_id_hint} autoComplete="off" />
      <div>
        <Submit look="secondary">{t.add_it}</Submit>
      </div>
    </Form>
  )
}
