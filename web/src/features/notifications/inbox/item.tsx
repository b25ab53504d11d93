import { Link } from '@tanstack/react-router'
import { placeOf } from '@/lib/moved'
import { useTexts } from '@/lib/text'
import { KindIcon } from '@/ui/event-kind'
import { When } from '@/ui/shown'
import styles from './item.module.css'
import type { Notification } from './marks'
import { texts } from './texts'

/** One notification; opening it shows what it is about. */
export function InboxItem({
  notification,
  onOpen,
}: {
  notification: Notification
  onOpen: () => void
}) {
  const t = useTexts(texts)
  const isUnread = !notification.read_at
  return (
    <li>
      <Link
        to={placeOf(notification.link)}
        className={isUnread ? `${styles.item} ${styles.unread}` : styles.item}
        onClick={() => isUnread && onOpen()}
      >
        <KindIcon kind={notification.kind} />
        <span className={styles.words}>
          <span className={styles.title}>
            {isUnread && <span className="visually-hidden">{t.is_unread}: </span>}
            {notification.title}
          </span>
          <span className={styles.text}>{notification.text}</span>
        </span>
        <span className={styles.when}>
          <When at={notification.at} style="relative" />
          {isUnread && <span className={styles.dot} aria-hidden="true" />}
        </span>
      </Link>
    </li>
  )
}
