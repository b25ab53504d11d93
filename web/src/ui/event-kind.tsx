import {
  ArrowDownLeft,
  ArrowUpRight,
  Banknote,
  Bell,
  CalendarClock,
  CircleX,
  HandCoins,
  Hourglass,
  type LucideIcon,
  MailPlus,
  Package,
  ShieldAlert,
  Undo2,
  Webhook,
} from 'lucide-react'
import { useTexts } from '@/lib/text'
import styles from './event-kind.module.css'
import { groupTexts, kindTexts } from './event-kind-texts'

/** `transfer` of `transfer.received`. */
export function groupOf(kind: string): string {
  return kind.split('.')[0] ?? kind
}

/** A kind or a group in words; the name of one that is newer than these pages. */
export function useKindNames() {
  const kinds: Readonly<Record<string, string>> = useTexts(kindTexts)
  const groups: Readonly<Record<string, string>> = useTexts(groupTexts)
  return {
    kind: (kind: string) => kinds[kind.replace('.', '_')] ?? kind,
    group: (group: string) => groups[group] ?? group,
  }
}

const GROUP_ICONS: Readonly<Record<string, LucideIcon>> = {
  transfer: ArrowUpRight,
  request: HandCoins,
  invite: MailPlus,
  schedule: CalendarClock,
  deposit: Banknote,
  withdrawal: Banknote,
  security: ShieldAlert,
  order: Package,
  return: Undo2,
  webhook: Webhook,
}

const KIND_ICONS: Readonly<Record<string, LucideIcon>> = {
  'transfer.received': ArrowDownLeft,
  'transfer.waiting': Hourglass,
  'deposit.requires_action': Hourglass,
  'order.payment_needed': Hourglass,
}

const FAILED =
  /\.(declined|rejected|cancelled|expired|failed|payment_failed|disputed|refund_failed|returned|disabled)$/
const GOOD =
  /\.(received|accepted|approved|paid|delivered|claimed|succeeded|dispute_won|completed)$/

/** What kind of event it is, as a round sign; the words beside it say the same. */
export function KindIcon({ kind }: { kind: string }) {
  const isFailed = FAILED.test(kind)
  const group = GROUP_ICONS[groupOf(kind)] ?? Bell
  const Icon = KIND_ICONS[kind] ?? (isFailed && group === ArrowUpRight ? CircleX : group)
  const tone =
    isFailed || groupOf(kind) === 'security'
      ? styles.warning
      : GOOD.test(kind)
        ? styles.good
        : styles.neutral
  return (
    <span className={`${styles.icon} ${tone}`} aria-hidden="true">
      <Icon size={20} />
    </span>
  )
}
