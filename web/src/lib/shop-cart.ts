import { type QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api, body } from '@/api/client'
import { takeLinkValues } from './link-token'
import { hasCode } from './problem'
import { useSession } from './session'
import { type Cart, isGone } from './shop'

/**
 * The cart of this browser. A guest's is known by a token, which stays here; whoever is signed in
 * has one in each currency, whose id is remembered so that looking around makes none.
 */
export type CartRef = {
  readonly id: string
  readonly currency: string
  /** Of a guest's cart. */
  readonly token?: string
  /** Whose it is, if somebody's. */
  readonly user?: string
}

const STORED = 'bushel.shop.cart'
const TOKENS = 'bushel.shop.orders'
const TOKENS_MAX = 50

/** What belongs into the header of a request about a guest's cart or order. */
export function tokenHeader(token: string | undefined) {
  return token === undefined ? {} : { 'Cart-Token': token }
}

const refQuery = queryOptions({
  queryKey: ['shop', 'cart-ref'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: (): CartRef | null => storedRef(),
})

function cartQuery(ref: CartRef | null) {
  return queryOptions({
    queryKey: ['shop', 'cart', ref?.id],
    queryFn: async (): Promise<Cart | null> => {
      if (!ref) return null
      const header = tokenHeader(ref.token)
      try {
        return await body(
          api.GET('/v1/shop/carts/{id}', { params: { path: { id: ref.id }, header } }),
        )
      } catch (error) {
        if (isGone(error)) return null
        throw error
      }
    },
  })
}

/** Whether what is remembered is theirs who look at the page now. */
export function isOwn(ref: CartRef | null, user: string | undefined): ref is CartRef {
  return ref !== null && ref.user === user
}

/** The cart of whoever looks at the page, as far as there is one; none that was bought already. */
export function useCart() {
  const user = useSession().data?.id
  const remembered = useQuery({ ...refQuery, initialData: storedRef }).data
  const ref = isOwn(remembered, user) ? remembered : null
  const query = useQuery({ ...cartQuery(ref), enabled: ref !== null })
  const cart = ref && query.data?.status === 'open' ? query.data : null
  return {
    ref,
    cart,
    error: ref ? query.error : null,
    isPending: ref !== null && query.isPending,
    retry: () => void query.refetch(),
  }
}

/** What can be done with the cart; each has it shown as it is afterwards. */
export function useCartActions() {
  const client = useQueryClient()
  const user = useSession().data?.id
  const current = (): CartRef | null => {
    const ref = client.getQueryData(refQuery.queryKey) ?? storedRef()
    return isOwn(ref, user) ? ref : null
  }
  const show = (cart: Cart, ref: CartRef) => {
    client.setQueryData(cartQuery(ref).queryKey, cart)
    return cart
  }
  /** The cart in a currency, made if there is none. */
  const ensure = async (currency: string): Promise<CartRef> => {
    const ref = current()
    if (ref?.currency === currency) return ref
    const cart = await body(api.POST('/v1/shop/carts', { body: { currency } }))
    const made = { id: cart.id, currency, user, ...(cart.token && { token: cart.token }) }
    remember(client, made)
    show(cart, made)
    return made
  }
  const change = async (call: (ref: CartRef, header: TokenHeader) => Promise<Cart>) => {
    const ref = current()
    if (!ref) throw new Error('only a cart that is shown is changed')
    return show(await call(ref, tokenHeader(ref.token)), ref)
  }
  return {
    ensure,
    change,
    /** Puts pieces into it; one that was bought meanwhile makes way for a new one. */
    add: async (currency: string, item: NewLine): Promise<Cart> => {
      const put = async () => {
        const ref = await ensure(currency)
        const header = { ...tokenHeader(ref.token), 'Idempotency-Key': crypto.randomUUID() }
        const params = { path: { id: ref.id }, header }
        const added = api.POST('/v1/shop/carts/{id}/lines', { params, body: { items: [item] } })
        return show(await body(added), ref)
      }
      try {
        return await put()
      } catch (error) {
        if (!hasCode(error, 'shop.cart.not_found', 'shop.cart.not_open')) throw error
        forgetCart(client)
        return put()
      }
    },
    forget: () => forgetCart(client),
    reread: () => client.invalidateQueries({ queryKey: ['shop', 'cart'] }),
  }
}

type TokenHeader = ReturnType<typeof tokenHeader>
type NewLine = { variant: string; quantity: number; gift_note?: string }

/** Carts that are on their way to their owner: development runs effects twice. */
const claimed = new Set<string>()

/** Makes a guest's cart that of who signed in, whose own it goes into if they have one. */
export function useCartClaim(): void {
  const client = useQueryClient()
  const user = useSession().data?.id
  useEffect(() => {
    const ref = storedRef()
    if (!user || !ref || ref.user === user || claimed.has(ref.id)) return
    if (!ref.token) return forgetCart(client)
    claimed.add(ref.id)
    const params = { path: { id: ref.id }, header: tokenHeader(ref.token) }
    body(api.POST('/v1/shop/carts/{id}/claim', { params })).then(
      (cart) => {
        const own = { id: cart.id, currency: cart.currency, user }
        client.setQueryData(cartQuery(own).queryKey, cart)
        remember(client, own)
      },
      // What isn't open any more isn't missed; anything else is tried again on another page.
      (error: unknown) => {
        claimed.delete(ref.id)
        if (hasCode(error, 'shop.cart.not_found', 'shop.cart.not_open')) forgetCart(client)
      },
    )
  }, [client, user])
}

function remember(client: QueryClient, ref: CartRef): void {
  write(STORED, JSON.stringify(ref))
  client.setQueryData(refQuery.queryKey, ref)
}

function forgetCart(client: QueryClient): void {
  write(STORED, null)
  client.setQueryData(refQuery.queryKey, null)
}

function storedRef(): CartRef | null {
  const ref = read(STORED)
  const isRef = typeof ref?.id === 'string' && typeof ref.currency === 'string'
  return isRef ? (ref as CartRef) : null
}

/** Keeps what a guest needs to see an order again. */
export function keepOrderToken(order: string, token: string | undefined): void {
  if (token === undefined) return
  const others = Object.entries(read(TOKENS) ?? {}).filter(([id]) => id !== order)
  write(TOKENS, JSON.stringify(Object.fromEntries([...others, [order, token]].slice(-TOKENS_MAX))))
}

/** Keeps what a mail carries, and takes it out of the address bar. */
export function keepLinkedOrder(order: string): void {
  if (location.hash.startsWith('#token=')) keepOrderToken(order, takeLinkValues().token)
}

export function orderToken(order: string): string | undefined {
  const token = read(TOKENS)?.[order]
  return typeof token === 'string' ? token : undefined
}

/** Whoever may see an order may see what is sent in place of what came back of it: by one token. */
export function shareOrderToken(one: string, other: string): void {
  if (orderToken(other) === undefined) keepOrderToken(other, orderToken(one))
}

function read(key: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null
  } catch {
    return null
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // Without storage the cart lasts as long as the page.
  }
}
