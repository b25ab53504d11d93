import {
  Activity,
  ArrowLeftRight,
  BadgePercent,
  Bell,
  CalendarClock,
  ChartColumn,
  CircleUser,
  Code,
  CreditCard,
  Gauge,
  HandCoins,
  History,
  House,
  Inbox,
  ListChecks,
  type LucideIcon,
  Package,
  ScrollText,
  Send,
  Settings,
  ShieldCheck,
  Store,
  Tag,
  Users,
  Warehouse,
  Wrench,
} from 'lucide-react'
import { defineTexts } from '@/lib/text'

/** Where the app leads. Staff sees the places that their permissions open. */
export const texts = defineTexts(
  {
    home: 'Overview',
    send: 'Send',
    requests: 'Requests',
    schedules: 'Scheduled',
    history: 'History',
    shop: 'Shop',
    payments: 'Deposit and withdraw',
    deposits: 'Deposit',
    notifications: 'Notifications',
    profile: 'Profile',
    security: 'Security',
    developers: 'Developers',
    more: 'More',
    house: 'Staff',
    users: 'Users',
    limits: 'Limits',
    adjustments: 'Adjustments',
    staff_transfers: 'Transfers',
    staff_payments: 'Payments',
    sales: 'Sales',
    orders: 'Orders',
    products: 'Products',
    stock: 'Stock',
    promotions: 'Promotions',
    shop_settings: 'Settings',
    shop_house: 'Staff of the shop',
    audit: 'Audit log',
    jobs: 'Background work',
    mailbox: 'Mailbox',
    health: 'System',
    main: 'Main',
    account: 'Account',
    sign_out: 'Sign out',
  },
  {
    home: 'Übersicht',
    send: 'Senden',
    requests: 'Anfragen',
    schedules: 'Geplant',
    history: 'Verlauf',
    shop: 'Laden',
    payments: 'Ein- und auszahlen',
    deposits: 'Einzahlen',
    notifications: 'Mitteilungen',
    profile: 'Profil',
    security: 'Sicherheit',
    developers: 'Entwickler',
    more: 'Mehr',
    house: 'Verwaltung',
    users: 'Personen',
    limits: 'Limits',
    adjustments: 'Korrekturen',
    staff_transfers: 'Überträge',
    staff_payments: 'Zahlungen',
    sales: 'Verkauf',
    orders: 'Bestellungen',
    products: 'Produkte',
    stock: 'Lager',
    promotions: 'Aktionen',
    shop_settings: 'Einstellungen',
    shop_house: 'Verwaltung des Ladens',
    audit: 'Protokoll',
    jobs: 'Hintergrundarbeit',
    mailbox: 'Postfach',
    health: 'System',
    main: 'Haupt',
    account: 'Konto',
    sign_out: 'Abmelden',
  },
)

export type Place = {
  readonly to: string
  readonly text: Exclude<keyof typeof texts.en, 'main' | 'account' | 'shop_house'>
  readonly icon: LucideIcon
  /** Pages elsewhere that belong to this place too. */
  readonly also?: readonly string[]
  readonly permission?: string
}

export const MAIN: readonly Place[] = [
  { to: '/', text: 'home', icon: House, also: ['/accounts'] },
  { to: '/send', text: 'send', icon: Send },
  { to: '/requests', text: 'requests', icon: HandCoins },
  { to: '/schedules', text: 'schedules', icon: CalendarClock },
  { to: '/history', text: 'history', icon: History, also: ['/transfers'] },
  { to: '/payments', text: 'payments', icon: CreditCard },
  { to: '/shop', text: 'shop', icon: Store },
]

export const ACCOUNT: readonly Place[] = [
  { to: '/notifications', text: 'notifications', icon: Bell },
  { to: '/profile', text: 'profile', icon: CircleUser },
  { to: '/security', text: 'security', icon: ShieldCheck },
  { to: '/developers', text: 'developers', icon: Code },
]

export const HOUSE: readonly Place[] = [
  { to: '/staff/users', text: 'users', icon: Users, permission: 'users.read' },
  {
    to: '/staff/transfers',
    text: 'staff_transfers',
    icon: ArrowLeftRight,
    permission: 'users.read',
  },
  { to: '/staff/limits', text: 'limits', icon: Gauge, permission: 'limits.write' },
  {
    to: '/staff/adjustments',
    text: 'adjustments',
    icon: ListChecks,
    permission: 'adjustments.read',
  },
  {
    to: '/staff/payments',
    text: 'staff_payments',
    icon: CreditCard,
    permission: 'payments.manage',
  },
  { to: '/staff/audit', text: 'audit', icon: ScrollText, permission: 'audit.read' },
  { to: '/staff/jobs', text: 'jobs', icon: Wrench, permission: 'jobs.read' },
  { to: '/staff/mailbox', text: 'mailbox', icon: Inbox, permission: 'mail.read' },
  { to: '/staff/health', text: 'health', icon: Activity, permission: 'jobs.read' },
]

/** What the shop's staff does. */
export const HOUSE_SHOP: readonly Place[] = [
  { to: '/staff/shop/sales', text: 'sales', icon: ChartColumn, permission: 'orders.read' },
  {
    to: '/staff/shop/orders',
    text: 'orders',
    icon: Package,
    also: ['/staff/shop/returns', '/staff/shop/stranded-refunds'],
    permission: 'orders.read',
  },
  {
    to: '/staff/shop/products',
    text: 'products',
    icon: Tag,
    also: [
      '/staff/shop/categories',
      '/staff/shop/collections',
      '/staff/shop/custom-fields',
      '/staff/shop/imports',
    ],
    permission: 'catalogue.write',
  },
  {
    to: '/staff/shop/stock',
    text: 'stock',
    icon: Warehouse,
    also: ['/staff/shop/locations'],
    permission: 'stock.read',
  },
  {
    to: '/staff/shop/promotions',
    text: 'promotions',
    icon: BadgePercent,
    also: ['/staff/shop/price-lists', '/staff/shop/customer-groups'],
    permission: 'catalogue.write',
  },
  {
    to: '/staff/shop/settings',
    text: 'shop_settings',
    icon: Settings,
    also: ['/staff/shop/taxes', '/staff/shop/shipping'],
    permission: 'catalogue.write',
  },
]

/** What a phone shows at its lower edge; the rest is behind "more". */
export const PHONE: readonly Place[] = ['/', '/send', '/history', '/notifications'].flatMap((to) =>
  [...MAIN, ...ACCOUNT].filter((place) => place.to === to),
)

const STAFF = ['support', 'manager', 'administrator']

export function isStaff(roles: readonly string[]): boolean {
  return roles.some((role) => STAFF.includes(role))
}
