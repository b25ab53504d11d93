import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { useIsDemoKnown } from '@/lib/demo'
import { MOVED } from '@/lib/moved'
import { parseSearch, stringifySearch } from '@/lib/search'
import { Asked } from './asked'
import { NotFound, PageFailed, PageLoading } from './edges'
import { Home } from './home'
import { Plain } from './plain'
import { SignedIn } from './signed-in'
import { Staff } from './staff'
import { Either, InStore, Store } from './store'

/**
 * Every page of the app: its address, and the feature that shows it. Pages are loaded when they
 * are first opened.
 *
 * To add one: a line here, a folder in `features/<context>/<feature>` with a `page.tsx`.
 */
type Load = () => Promise<{ default: ComponentType }>

/** Nothing stands before it is known whether the banner of a demo world stands above it. */
function Root() {
  return useIsDemoKnown() ? <Outlet /> : null
}

/** An address that is no page's, with the places of whoever is lost beside it. */
function Lost() {
  return (
    <Either>
      <NotFound />
    </Either>
  )
}

const root = createRootRoute({ component: Root, notFoundComponent: Lost })

/** Pages for whoever is not signed in (yet). */
const plain = createRoute({ getParentRoute: () => root, id: 'plain', component: Plain })
const open = <const Path extends string>(path: Path, load: Load) =>
  createRoute({ getParentRoute: () => plain, path, component: lazyRouteComponent(load) })

/** Pages that ask somebody who is signed in one thing. */
const asked = createRoute({ getParentRoute: () => plain, id: 'asked', component: Asked })
const ask = <const Path extends string>(path: Path, load: Load) =>
  createRoute({ getParentRoute: () => asked, path, component: lazyRouteComponent(load) })

/** Pages of somebody who is signed in. */
const signedIn = createRoute({ getParentRoute: () => root, id: 'in', component: SignedIn })
const own = <const Path extends string>(path: Path, load: Load) =>
  createRoute({ getParentRoute: () => signedIn, path, component: lazyRouteComponent(load) })

/** Pages of the shop, which are open to everybody. */
const store = createRoute({ getParentRoute: () => root, id: 'store', component: Store })
const sold = <const Path extends string>(path: Path, load: Load) =>
  createRoute({ getParentRoute: () => store, path, component: lazyRouteComponent(load) })

/** Pages that guests are led to as well as people who are signed in. */
const either = createRoute({ getParentRoute: () => root, id: 'either', component: Either })

/** Pages of the shop about what somebody who is signed in bought. */
const bought = createRoute({ getParentRoute: () => signedIn, id: 'bought', component: InStore })

/** Pages of those who work for the house. */
const staff = createRoute({ getParentRoute: () => signedIn, path: '/staff', component: Staff })
const house = <const Path extends string>(path: Path, load: Load) =>
  createRoute({ getParentRoute: () => staff, path, component: lazyRouteComponent(load) })

/** Leads on to the page that shows it. */
const moved = (path: string, to: string) =>
  createRoute({
    getParentRoute: () => root,
    path,
    beforeLoad: ({ params }) => {
      throw redirect({ to, params, replace: true } as never)
    },
  })

/** The house has no front page of its own. */
const front = createRoute({
  getParentRoute: () => staff,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/staff/users', replace: true })
  },
})

/** Pages about one user, under their name. */
const person = house('/users/$id', () => import('@/features/staff/users/user-page'))
const about = <const Path extends string>(path: Path, load: Load) =>
  createRoute({ getParentRoute: () => person, path, component: lazyRouteComponent(load) })

const home = createRoute({ getParentRoute: () => root, path: '/', component: Home })

const routes = root.addChildren([
  home,
  ...(Object.entries(MOVED).map(([path, to]) => moved(path, to)) as never[]),
  plain.addChildren([
    open('/sign-in', () => import('@/features/identity/sign-in/page')),
    open('/sign-in/callback', () => import('@/features/identity/sign-in/callback-page')),
    open('/sign-out', () => import('@/features/identity/sign-out/page')),
    open('/sign-up', () => import('@/features/identity/sign-up/page')),
    open('/verify', () => import('@/features/identity/sign-up/verify-page')),
    open('/confirm', () => import('@/features/identity/sign-in/confirm-page')),
    open('/forgot', () => import('@/features/identity/password-reset/forgot-page')),
    open('/reset', () => import('@/features/identity/password-reset/page')),
    asked.addChildren([
      ask('/consent', () => import('@/features/oauth/consent/page')),
      ask('/device', () => import('@/features/oauth/device/page')),
    ]),
  ]),
  store.addChildren([
    sold('/shop', () => import('@/features/shop/home/page')),
    sold('/shop/search', () => import('@/features/shop/products/search-page')),
    sold('/shop/categories/$handle', () => import('@/features/shop/products/category-page')),
    sold('/shop/collections/$handle', () => import('@/features/shop/products/collection-page')),
    sold('/shop/products/$handle', () => import('@/features/shop/products/product-page')),
    sold('/shop/cart', () => import('@/features/shop/carts/page')),
    sold('/shop/checkout', () => import('@/features/shop/checkout/page')),
    sold('/shop/orders/$id', () => import('@/features/shop/orders/order-page')),
  ]),
  either.addChildren([
    createRoute({
      getParentRoute: () => either,
      path: '/payments/sandbox/$token',
      component: lazyRouteComponent(() => import('@/features/payments/deposits/sandbox-page')),
    }),
  ]),
  signedIn.addChildren([
    bought.addChildren([
      createRoute({
        getParentRoute: () => bought,
        path: '/shop/orders',
        component: lazyRouteComponent(() => import('@/features/shop/orders/page')),
      }),
    ]),
    own('/send', () => import('@/features/wallet/send/page')),
    own('/transfers', () => import('@/features/wallet/transfers/page')),
    own('/transfers/$id', () => import('@/features/wallet/transfers/transfer-page')),
    own('/history', () => import('@/features/wallet/history/page')),
    own('/accounts', () => import('@/features/wallet/accounts/page')),
    own('/accounts/$id', () => import('@/features/wallet/accounts/account-page')),
    own('/requests', () => import('@/features/wallet/requests/page')),
    own('/requests/new', () => import('@/features/wallet/requests/new-page')),
    own('/requests/$id', () => import('@/features/wallet/requests/request-page')),
    own('/schedules', () => import('@/features/wallet/schedules/page')),
    own('/schedules/new', () => import('@/features/wallet/schedules/new-page')),
    own('/schedules/$id', () => import('@/features/wallet/schedules/schedule-page')),
    own('/payments', () => import('@/features/payments/deposits/page')),
    own('/payments/withdrawals', () => import('@/features/payments/withdrawals/page')),
    own('/payments/deposit', () => import('@/features/payments/deposits/new-page')),
    own('/payments/deposits/$id', () => import('@/features/payments/deposits/deposit-page')),
    own('/payments/withdraw', () => import('@/features/payments/withdrawals/new-page')),
    own(
      '/payments/withdrawals/$id',
      () => import('@/features/payments/withdrawals/withdrawal-page'),
    ),
    own('/notifications', () => import('@/features/notifications/inbox/page')),
    own('/notifications/preferences', () => import('@/features/notifications/preferences/page')),
    own('/profile', () => import('@/features/identity/profile/page')),
    own('/security', () => import('@/features/identity/security/page')),
    own('/developers', () => import('@/features/developers/api-keys/page')),
    own('/developers/applications', () => import('@/features/developers/applications/page')),
    own(
      '/developers/applications/$id',
      () => import('@/features/developers/applications/application-page'),
    ),
    own('/developers/webhooks', () => import('@/features/developers/webhooks/page')),
    own('/developers/webhooks/$id', () => import('@/features/developers/webhooks/webhook-page')),
    staff.addChildren([
      front,
      house('/users', () => import('@/features/staff/users/page')),
      person.addChildren([
        about('/', () => import('@/features/staff/users/overview-page')),
        about('/limits', () => import('@/features/staff/limits/user-page')),
        about('/sessions', () => import('@/features/staff/users/sessions-page')),
        about('/timeline', () => import('@/features/staff/users/timeline-page')),
      ]),
      house('/transfers', () => import('@/features/staff/transfers/page')),
      house('/transfers/$id', () => import('@/features/staff/transfers/transfer-page')),
      house('/limits', () => import('@/features/staff/limits/page')),
      house('/adjustments', () => import('@/features/staff/adjustments/page')),
      house('/adjustments/new', () => import('@/features/staff/adjustments/new-page')),
      house('/adjustments/$id', () => import('@/features/staff/adjustments/adjustment-page')),
      house('/payments', () => import('@/features/staff/payments/page')),
      house('/payments/withdrawals', () => import('@/features/staff/payments/withdrawals-page')),
      house(
        '/payments/reconciliations',
        () => import('@/features/staff/payments/reconciliations-page'),
      ),
      house(
        '/payments/reconciliations/$id',
        () => import('@/features/staff/payments/reconciliation-page'),
      ),
      house('/shop/sales', () => import('@/features/staff/shop-sales/page')),
      house('/shop/orders', () => import('@/features/staff/shop-orders/page')),
      house('/shop/orders/new', () => import('@/features/staff/shop-orders/new-page')),
      house('/shop/orders/$id', () => import('@/features/staff/shop-orders/order-page')),
      house('/shop/returns', () => import('@/features/staff/shop-orders/returns-page')),
      house('/shop/returns/$id', () => import('@/features/staff/shop-orders/return-page')),
      house('/shop/stranded-refunds', () => import('@/features/staff/shop-orders/stranded-page')),
      house('/shop/products', () => import('@/features/staff/shop-products/page')),
      house('/shop/products/new', () => import('@/features/staff/shop-products/new-page')),
      house('/shop/products/$id', () => import('@/features/staff/shop-products/product-page')),
      house('/shop/categories', () => import('@/features/staff/shop-categories/page')),
      house('/shop/collections', () => import('@/features/staff/shop-collections/page')),
      house(
        '/shop/collections/$id',
        () => import('@/features/staff/shop-collections/collection-page'),
      ),
      house('/shop/imports', () => import('@/features/staff/shop-imports/page')),
      house('/shop/imports/$id', () => import('@/features/staff/shop-imports/import-page')),
      house('/shop/stock', () => import('@/features/staff/shop-stock/page')),
      house('/shop/stock/$sku', () => import('@/features/staff/shop-stock/sku-page')),
      house('/shop/locations', () => import('@/features/staff/shop-stock/locations-page')),
      house('/shop/promotions', () => import('@/features/staff/shop-promotions/page')),
      house('/shop/price-lists', () => import('@/features/staff/shop-prices/page')),
      house('/shop/price-lists/$id', () => import('@/features/staff/shop-prices/list-page')),
      house('/shop/customer-groups', () => import('@/features/staff/shop-prices/groups-page')),
      house('/shop/custom-fields', () => import('@/features/staff/shop-custom-fields/page')),
      house('/shop/settings', () => import('@/features/staff/shop-settings/page')),
      house('/shop/taxes', () => import('@/features/staff/shop-settings/taxes-page')),
      house('/shop/shipping', () => import('@/features/staff/shop-settings/shipping-page')),
      house('/audit', () => import('@/features/staff/audit/page')),
      house('/jobs', () => import('@/features/staff/jobs/page')),
      house('/jobs/consumers', () => import('@/features/staff/jobs/consumers-page')),
      house('/mailbox', () => import('@/features/staff/mailbox/page')),
      house('/mailbox/messages', () => import('@/features/staff/mailbox/messages-page')),
      house('/mailbox/suppressions', () => import('@/features/staff/mailbox/suppressions-page')),
      house('/mailbox/$id', () => import('@/features/staff/mailbox/mail-page')),
      house('/health', () => import('@/features/staff/health/page')),
    ]),
  ]),
])

export const router = createRouter({
  routeTree: routes,
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultPendingComponent: PageLoading,
  defaultErrorComponent: PageFailed,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
