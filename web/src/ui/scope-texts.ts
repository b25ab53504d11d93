import { defineTexts } from '@/lib/text'

/** What a program may do, by the name of its right with `_` for the dot. The first four are those
 * of applications only. */
export const scopeTexts = defineTexts(
  {
    openid: 'Know you again when you come back',
    profile: 'See your name, your handle and your language',
    email: 'See your e-mail address',
    offline_access: 'Go on while you are away, until you take it back',
    profile_read: 'See your name, your address and your settings',
    profile_write: 'Change your name and your settings',
    wallet_read: 'See your accounts, transfers, requests and statements',
    wallet_write: 'Send, accept, ask for something, and plan transfers',
    payments_read: 'See your deposits and withdrawals',
    payments_write: 'Deposit and withdraw',
    notifications_read: 'Read your notifications and follow your events',
    notifications_write: 'Mark notifications as read, manage webhooks and what you are told',
  },
  {
    openid: 'Dich wiedererkennen, wenn du zurückkommst',
    profile: 'Deinen Namen, deinen Kurznamen und deine Sprache sehen',
    email: 'Deine E-Mail-Adresse sehen',
    offline_access: 'Weitermachen, während du weg bist, bis du es zurücknimmst',
    profile_read: 'Deinen Namen, deine Adresse und deine Einstellungen sehen',
    profile_write: 'Deinen Namen und deine Einstellungen ändern',
    wallet_read: 'Deine Konten, Überträge, Anfragen und Auszüge sehen',
    wallet_write: 'Senden, annehmen, um etwas bitten und Überträge planen',
    payments_read: 'Deine Ein- und Auszahlungen sehen',
    payments_write: 'Ein- und auszahlen',
    notifications_read: 'Deine Mitteilungen lesen und deinen Ereignissen folgen',
    notifications_write:
      'Mitteilungen als gelesen markieren, Webhooks verwalten und wählen, was du erfährst',
  },
)
