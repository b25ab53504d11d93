import { useQuery } from '@tanstack/react-query'
import { Link, useLocation, useNavigate } from '@tanstack/react-router'
import { LogOut, Menu } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { api, body } from '@/api/client'
import { useHasWithdrawals } from '@/lib/payments'
import {
  endSession,
  useArePermissionsKnown,
  usePermissions,
  useSession,
  useSessionChange,
} from '@/lib/session'
import { rememberedProvider } from '@/lib/sign-in-providers'
import { useTexts } from '@/lib/text'
import { Avatar, nameOf } from '@/ui/shown'
import { Brand } from './brand'
import { LanguageChoice, ThemeChoice } from './choices'
import { DemoBanner } from './demo-banner'
import { ACCOUNT, HOUSE, HOUSE_SHOP, isStaff, MAIN, PHONE, type Place, texts } from './navigation'
import styles from './shell.module.css'
import { SkipLink } from './skip-link'

/** Around every page of somebody who is signed in: a sidebar, or on a phone a bar below. */
export function Shell({ children }: { children: ReactNode }) {
  return (
    <div className={styles.shell}>
      <SkipLink />
      <aside className={styles.side}>
        <Brand />
        <Places />
      </aside>
      <div className={styles.content}>
        <DemoBanner />
        <main id="main" className={styles.main} tabIndex={-1}>
          {children}
        </main>
      </div>
      <PhoneBar />
    </div>
  )
}

function Places() {
  const t = useTexts(texts)
  const { data: profile } = useSession()
  const permissions = usePermissions()
  const isStaffKnown = useArePermissionsKnown()
  const allowed = ({ permission }: Place) => permission && permissions.has(permission)
  const house = HOUSE.filter(allowed)
  const shop = HOUSE_SHOP.filter(allowed)
  // What stands below waits for what stands above it, so that it doesn't move.
  const isWhole = profile && (isStaffKnown || !isStaff(profile.roles))
  const below = isWhole ? '' : styles.waiting
  return (
    <>
      <nav aria-label={t.main} className={styles.places}>
        {MAIN.map((place) => (
          <PlaceLink key={place.to} place={place} />
        ))}
      </nav>
      {profile && isStaff(profile.roles) && (
        <nav aria-label={t.house} className={styles.places}>
          <h2 className={styles.placesTitle}>{t.house}</h2>
          {house.map((place) => (
            <PlaceLink key={place.to} place={place} />
          ))}
        </nav>
      )}
      {profile && isStaff(profile.roles) && shop.length > 0 && (
        <nav aria-label={t.shop_house} className={styles.places}>
          <h2 className={styles.placesTitle}>{t.shop}</h2>
          {shop.map((place) => (
            <PlaceLink key={place.to} place={place} />
          ))}
        </nav>
      )}
      <nav aria-label={t.account} className={`${styles.places} ${styles.last} ${below}`}>
        {ACCOUNT.map((place) => (
          <PlaceLink key={place.to} place={place} />
        ))}
      </nav>
      <footer className={`${styles.sideFoot} ${below}`}>
        {profile && (
          <div className={styles.self}>
            <Avatar person={profile} size={32} />
            <span className={styles.selfName}>{nameOf(profile)}</span>
          </div>
        )}
        <SignOut />
        <div className={styles.choices}>
          <LanguageChoice />
          <ThemeChoice />
        </div>
      </footer>
    </>
  )
}

function PlaceLink({ place }: { place: Place }) {
  const t = useTexts(texts)
  const Icon = place.icon
  const path = useLocation({ select: (location) => location.pathname })
  const hasWithdrawals = useHasWithdrawals()
  const text = place.text === 'payments' && !hasWithdrawals ? 'deposits' : place.text
  const isAround = place.also?.some((start) => path === start || path.startsWith(`${start}/`))
  return (
    <Link
      to={place.to}
      className={styles.place}
      activeOptions={{ exact: place.to === '/' }}
      aria-current={isAround ? 'true' : undefined}
    >
      <Icon size={20} aria-hidden="true" />
      <span>{t[text]}</span>
      {place.to === '/notifications' && <Unread />}
    </Link>
  )
}

function Unread() {
  const { data: profile } = useSession()
  const { data } = useQuery({
    queryKey: ['notifications', 'unread'],
    queryFn: () => body(api.GET('/v1/notifications/inbox/unread-count')),
    enabled: Boolean(profile),
  })
  if (!data?.unread) return null
  return <span className={styles.unread}>{data.unread > 99 ? '99+' : data.unread}</span>
}

function SignOut() {
  const t = useTexts(texts)
  const navigate = useNavigate()
  const changed = useSessionChange()
  const user = useSession().data?.id
  const signOut = async () => {
    await endSession(user).catch(() => null)
    // Who signed in with an outside provider learns that they are still signed in there. Away from
    // here first: what needs a session leads to the sign-in without one.
    await navigate({ to: rememberedProvider() ? '/sign-out' : '/' })
    await changed()
  }
  return (
    <button type="button" className={styles.place} onClick={() => void signOut()}>
      <LogOut size={20} aria-hidden="true" />
      <span>{t.sign_out}</span>
    </button>
  )
}

/** The phone's bar; "more" opens all places over the page. */
function PhoneBar() {
  const t = useTexts(texts)
  const dialog = useRef<HTMLDialogElement>(null)
  const path = useLocation({ select: (location) => location.pathname })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes it.
  useEffect(() => dialog.current?.close(), [path])
  return (
    <>
      <nav aria-label={t.main} className={styles.phoneBar}>
        {PHONE.map((place) => (
          <PlaceLink key={place.to} place={place} />
        ))}
        <button type="button" className={styles.place} onClick={() => dialog.current?.showModal()}>
          <Menu size={20} aria-hidden="true" />
          <span>{t.more}</span>
        </button>
      </nav>
      <dialog
        ref={dialog}
        aria-label={t.more}
        className={styles.sheet}
        onClick={(event) => {
          if (event.target === dialog.current) dialog.current.close()
        }}
        onKeyDown={() => {}}
      >
        <div className={styles.sheetInner}>
          <Places />
        </div>
      </dialog>
    </>
  )
}
