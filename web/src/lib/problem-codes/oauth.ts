import type { KnownCodes } from './known'

export const oauth: KnownCodes = {
  'oauth.application.exists': {
    en: 'This application was registered already, and its secret was shown only then. Replace the secret to get a new one.',
    de: 'Diese Anwendung ist schon registriert, und ihr Geheimnis wurde nur damals gezeigt. Ersetze das Geheimnis, um ein neues zu bekommen.',
  },
  'oauth.application.invalid': { de: 'Eine Angabe passt so nicht.' },
  'oauth.application.not_found': { de: 'Diese Anwendung gibt es nicht mehr.' },
  'oauth.application.public': {
    en: 'This application has no secret.',
    de: 'Diese Anwendung hat kein Geheimnis.',
  },
  'oauth.application.too_many': {
    en: 'You have 20 applications already. Delete one first.',
    de: 'Du hast schon 20 Anwendungen. Lösche zuerst eine.',
  },
  'oauth.application.version_conflict': {
    en: 'The application was changed somewhere else meanwhile. Look at it and try again.',
    de: 'Die Anwendung wurde inzwischen anderswo geändert. Sieh sie dir an und versuche es noch einmal.',
  },
  'oauth.consent.not_found': {
    en: 'This application is disconnected already.',
    de: 'Diese Anwendung ist schon getrennt.',
  },
  'oauth.device.not_found': {
    en: 'No device waits with this code. Codes are good for ten minutes: look at the device again.',
    de: 'Kein Gerät wartet mit diesem Code. Codes gelten zehn Minuten: Sieh noch einmal auf das Gerät.',
  },
  'oauth.rate_limited': {
    en: 'Too many attempts. Come back later.',
    de: 'Zu viele Versuche. Komm später wieder.',
  },
  'oauth.request.not_found': {
    en: 'This question was answered already, or it took too long. Begin again in the application.',
    de: 'Diese Frage wurde schon beantwortet, oder es hat zu lange gedauert. Fang in der Anwendung noch einmal an.',
  },
  'oauth.request.sign_in_too_old': {
    en: 'The application wants you to sign in again first.',
    de: 'Die Anwendung möchte, dass du dich zuerst noch einmal anmeldest.',
  },
  'oauth.unavailable': {
    en: 'That can’t be checked at the moment. Try again.',
    de: 'Das lässt sich gerade nicht prüfen. Versuche es noch einmal.',
  },
}
