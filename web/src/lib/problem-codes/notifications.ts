import type { KnownCodes } from './known'

export const notifications: KnownCodes = {
  'notifications.event.not_found': {
    en: 'There is no such notification.',
    de: 'Diese Mitteilung gibt es nicht.',
  },
  'notifications.preferences.changed': {
    en: 'This was changed somewhere else meanwhile. Look at it and try again.',
    de: 'Das wurde inzwischen anderswo geändert. Sieh es dir an und versuche es noch einmal.',
  },
  'notifications.preferences.security_required': {
    en: 'Mail about your security can’t be switched off: otherwise whoever gets into your account could hide it.',
    de: 'Mails zu deiner Sicherheit lassen sich nicht abschalten: sonst könnte, wer in dein Konto eindringt, das verbergen.',
  },
  'notifications.push_subscription.not_found': {
    en: 'This browser is no longer subscribed.',
    de: 'Dieser Browser ist nicht mehr angemeldet.',
  },
  'notifications.push_subscriptions.too_many': {
    en: 'You have 20 browsers. Remove one first.',
    de: 'Du hast 20 Browser. Entferne zuerst einen.',
  },
  'notifications.stream.too_many': {
    en: 'Bushel is open in too many windows. Close one.',
    de: 'Bushel ist in zu vielen Fenstern offen. Schließe eines.',
  },
  'notifications.webhook.description_malformed': {
    en: 'At most 200 characters, on one line.',
    de: 'Höchstens 200 Zeichen, in einer Zeile.',
  },
  'notifications.webhook.disabled': {
    en: 'This webhook is switched off. Switch it on first.',
    de: 'Dieser Webhook ist ausgeschaltet. Schalte ihn zuerst ein.',
  },
  'notifications.webhook.kind_malformed': {
    en: 'Enter kinds such as transfer.received, transfer.* or *.',
    de: 'Gib Arten an wie transfer.received, transfer.* oder *.',
  },
  'notifications.webhook.kinds_count': {
    en: 'Choose at least one kind, and at most 50.',
    de: 'Wähle mindestens eine Art und höchstens 50.',
  },
  'notifications.webhook.not_found': { de: 'Diesen Webhook gibt es nicht mehr.' },
  'notifications.webhook.secret_unreadable': {
    en: 'The secret can’t be read at the moment.',
    de: 'Das Geheimnis lässt sich gerade nicht lesen.',
  },
  'notifications.webhook.too_many': {
    en: 'You have 20 webhooks already. Remove one first.',
    de: 'Du hast schon 20 Webhooks. Entferne zuerst einen.',
  },
  'notifications.webhook.url_refused': {
    en: 'Take an address that begins with https:// and that everybody can reach.',
    de: 'Nimm eine Adresse, die mit https:// beginnt und die alle erreichen können.',
  },
  'notifications.webhook.version_mismatch': {
    en: 'The webhook was changed somewhere else meanwhile. Look at it and try again.',
    de: 'Der Webhook wurde inzwischen anderswo geändert. Sieh ihn dir an und versuche es noch einmal.',
  },
  'notifications.webhook_delivery.not_found': {
    en: 'This message isn’t kept any more.',
    de: 'Diese Nachricht ist nicht mehr aufbewahrt.',
  },
}
