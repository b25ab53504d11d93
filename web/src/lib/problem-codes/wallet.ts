import type { KnownCodes } from './known'

export const wallet: KnownCodes = {
  'wallet.account.closed': { de: 'Das Konto ist geschlossen.' },
  'wallet.account.not_empty': {
    en: 'An account still holds something, or something is on its way. Send it on first.',
    de: 'Auf einem Konto liegt noch etwas, oder etwas ist unterwegs. Sende es zuerst weiter.',
  },
  'wallet.account.not_found': { de: 'Dieses Konto gibt es nicht.' },
  'wallet.limit.changed': {
    en: 'The limits were changed meanwhile. Look at them and try again.',
    de: 'Die Grenzen wurden inzwischen geändert. Sieh sie dir an und versuche es noch einmal.',
  },
  'wallet.limit.unsupported': {
    en: 'There can be no limits for this.',
    de: 'Dafür kann es keine Grenzen geben.',
  },
  'wallet.quota.exceeded': {
    de: 'Das war für heute genug davon. Morgen geht es weiter.',
  },
  'wallet.recipient.too_many_searches': {
    de: 'Du hast zu oft gesucht. Versuche es später noch einmal.',
  },
  'wallet.request.not_found': { de: 'Diese Anfrage gibt es nicht.' },
  'wallet.request.not_open': {
    de: 'Diese Anfrage ist nicht mehr offen: sie ist bezahlt, abgelehnt, zurückgezogen oder abgelaufen.',
  },
  'wallet.request.payer_not_found': {
    en: 'There is nobody here by this name.',
    de: 'Hier ist niemand mit diesem Namen.',
  },
  'wallet.schedule.changed': {
    en: 'The plan was changed somewhere else meanwhile. Look at it and try again.',
    de: 'Der Plan wurde inzwischen anderswo geändert. Sieh ihn dir an und versuche es noch einmal.',
  },
  'wallet.schedule.empty': {
    en: 'This would end before the first time.',
    de: 'Das würde vor dem ersten Mal enden.',
  },
  'wallet.schedule.ended': { de: 'Dieser Plan ist zu Ende.' },
  'wallet.schedule.not_found': { de: 'Diesen Plan gibt es nicht.' },
  'wallet.schedule.start_in_past': {
    en: 'The first time has to be still to come.',
    de: 'Das erste Mal muss noch kommen.',
  },
  'wallet.statement.not_found': { de: 'Für diesen Monat gibt es keinen Auszug.' },
  'wallet.transfer.asset_unknown': {
    en: 'That is not counted here.',
    de: 'Das wird hier nicht gezählt.',
  },
  'wallet.transfer.insufficient_funds': {
    en: 'You don’t have that much.',
    de: 'So viel hast du nicht.',
  },
  'wallet.transfer.limit_exceeded': {
    en: 'That is above your limit. Your profile shows what is left of it.',
    de: 'Das liegt über deiner Grenze. Dein Profil zeigt, was davon übrig ist.',
  },
  'wallet.transfer.not_found': { de: 'Diesen Übertrag gibt es nicht.' },
  'wallet.transfer.not_waiting': {
    de: 'Dieser Übertrag wartet nicht mehr: er ist angenommen, abgelehnt, zurückgenommen oder abgelaufen.',
  },
  'wallet.transfer.own_account': {
    en: 'You can’t send anything to yourself.',
    de: 'Dir selbst kannst du nichts senden.',
  },
  'wallet.transfer.recipient_not_found': {
    en: 'There is nobody here by this name.',
    de: 'Hier ist niemand mit diesem Namen.',
  },
  'wallet.transfer.recipient_unavailable': {
    en: 'They can’t receive this at the moment.',
    de: 'Diese Person kann das gerade nicht empfangen.',
  },
  'wallet.transfer.sender_unavailable': {
    en: 'Nothing can be sent from your account at the moment.',
    de: 'Von deinem Konto lässt sich gerade nichts senden.',
  },
  'wallet.user.not_found': { de: 'Diese Person gibt es hier nicht.' },
}
