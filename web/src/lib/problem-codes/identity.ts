import type { KnownCodes } from './known'

export const identity: KnownCodes = {
  'identity.api_key.already_made': {
    en: 'This key was made already, and it was shown only then. Delete it and make another.',
    de: 'Diesen Schlüssel gibt es schon, und er wurde nur damals gezeigt. Lösche ihn und mache einen neuen.',
  },
  'identity.api_key.already_rotated': {
    en: 'Another key has taken the place of this one already.',
    de: 'Ein anderer Schlüssel hat diesen schon abgelöst.',
  },
  'identity.api_key.not_found': { de: 'Diesen Schlüssel gibt es nicht mehr.' },
  'identity.api_key.scope_refused': {
    en: 'A key can do no more than you may do yourself.',
    de: 'Ein Schlüssel kann nicht mehr, als du selbst darfst.',
  },
  'identity.api_keys.too_many': {
    en: 'You have 50 keys already. Delete one first.',
    de: 'Du hast schon 50 Schlüssel. Lösche zuerst einen.',
  },
  'identity.challenge.refused': {
    de: 'Der Code oder Link ist falsch, wurde schon benutzt oder ist abgelaufen.',
  },
  'identity.email.taken': { de: 'Jemand anderes hat diese E-Mail-Adresse.' },
  'identity.email.unverified': {
    en: 'Your e-mail address isn’t confirmed yet. We have sent you a new mail.',
    de: 'Deine E-Mail-Adresse ist noch nicht bestätigt. Wir haben dir eine neue Mail geschickt.',
  },
  'identity.handle.changed_recently': {
    de: 'Den Kurznamen kannst du nur einmal in 30 Tagen ändern.',
  },
  'identity.handle.taken': { de: 'Diesen Kurznamen hat jemand, oder jemand hatte ihn.' },
  'identity.linked_identity.last_way_in': {
    en: 'This is your only way in. Set a password or add a passkey first.',
    de: 'Das ist dein einziger Weg herein. Setze zuerst ein Passwort oder füge einen Passkey hinzu.',
  },
  'identity.linked_identity.not_found': {
    en: 'This is removed already.',
    de: 'Das ist schon entfernt.',
  },
  'identity.passkey.already_added': { de: 'Diesen Passkey hast du schon hinzugefügt.' },
  'identity.passkey.challenge_gone': {
    en: 'That took too long. Begin again.',
    de: 'Das hat zu lange gedauert. Fang noch einmal an.',
  },
  'identity.passkey.copied': {
    en: 'There may be a copy of this passkey, so it can’t be used any more.',
    de: 'Von diesem Passkey gibt es vielleicht eine Kopie. Er kann nicht mehr benutzt werden.',
  },
  'identity.passkey.not_found': { de: 'Diesen Passkey gibt es nicht mehr.' },
  'identity.passkey.refused': {
    en: 'The passkey’s answer was not right. Try again.',
    de: 'Die Antwort des Passkeys stimmte nicht. Versuche es noch einmal.',
  },
  'identity.passkey.sign_in_refused': {
    en: 'This passkey isn’t known here.',
    de: 'Diesen Passkey kennen wir nicht.',
  },
  'identity.passkeys.too_many': {
    en: 'You have 25 passkeys already. Remove one first.',
    de: 'Du hast schon 25 Passkeys. Entferne zuerst einen.',
  },
  'identity.passkeys.unavailable': {
    en: 'Passkeys don’t work at this address. They need one with a name, such as bank.example.',
    de: 'Unter dieser Adresse gehen keine Passkeys. Sie brauchen einen Namen wie bank.example.',
  },
  'identity.password.common': {
    en: 'This is one of the passwords that others try first. Take several words that don’t belong together.',
    de: 'Das ist eines der Passwörter, die andere zuerst probieren. Nimm mehrere Wörter, die nicht zusammengehören.',
  },
  'identity.password.own_words': {
    en: 'This password is made of your name, your address or our name. Others guess that.',
    de: 'Dieses Passwort besteht aus deinem Namen, deiner Adresse oder unserem Namen. Das erraten andere.',
  },
  'identity.password.required': {
    en: 'You signed in a while ago. Enter your password once more.',
    de: 'Deine Anmeldung ist schon eine Weile her. Gib dein Passwort noch einmal ein.',
  },
  'identity.password.too_long': { de: 'Ein Passwort hat höchstens 256 Zeichen.' },
  'identity.password.too_short': {
    en: 'At least 15 characters, or 8 if you use an authenticator app.',
    de: 'Mindestens 15 Zeichen, oder 8, wenn du eine Authenticator-App benutzt.',
  },
  'identity.password.wrong': {
    en: 'Your password is not right.',
    de: 'Dein Passwort stimmt nicht.',
  },
  'identity.passwords.busy': {
    de: 'Gerade melden sich sehr viele an. Versuche es gleich noch einmal.',
  },
  'identity.phone.country_refused': {
    en: 'No short messages go to this country.',
    de: 'In dieses Land gehen keine Kurznachrichten.',
  },
  'identity.phone.not_found': { en: 'You have no phone.', de: 'Du hast kein Telefon.' },
  'identity.phone.unavailable': {
    en: 'No short messages are sent here.',
    de: 'Hier werden keine Kurznachrichten verschickt.',
  },
  'identity.profile.confirmation_required': {
    en: 'Whoever works here confirms sign-ins. That can’t be turned off.',
    de: 'Wer hier arbeitet, bestätigt Anmeldungen. Das lässt sich nicht abschalten.',
  },
  'identity.provider.linked_elsewhere': {
    en: 'This account of yours opens another account here already.',
    de: 'Dieses Konto öffnet hier schon ein anderes Konto.',
  },
  'identity.provider.not_found': {
    en: 'This provider isn’t offered here.',
    de: 'Diesen Anbieter gibt es hier nicht.',
  },
  'identity.provider.refused': {
    en: 'The provider didn’t let you in, or you stopped there. Begin again, or sign in another way.',
    de: 'Der Anbieter hat dich nicht hereingelassen, oder du hast dort abgebrochen. Fang noch einmal an, oder melde dich anders an.',
  },
  'identity.provider.unavailable': {
    en: 'The provider doesn’t answer at the moment. Try again, or sign in another way.',
    de: 'Der Anbieter antwortet gerade nicht. Versuche es noch einmal, oder melde dich anders an.',
  },
  'identity.provider_sign_in.gone': {
    en: 'That was finished already, or it took too long. Begin again.',
    de: 'Das ist schon erledigt, oder es hat zu lange gedauert. Fang noch einmal an.',
  },
  'identity.rate_limited': {
    en: 'Too many attempts. Come back later.',
    de: 'Zu viele Versuche. Komm später wieder.',
  },
  'identity.refresh_token.refused': {
    en: 'You have been signed out. Sign in again.',
    de: 'Du wurdest abgemeldet. Melde dich noch einmal an.',
  },
  'identity.roles.own': { de: 'Niemand ändert die eigenen Rollen.' },
  'identity.second_factor.ambiguous': {
    en: 'Enter either a code of the app or a recovery code, not both.',
    de: 'Gib entweder einen Code der App oder einen Wiederherstellungscode ein, nicht beides.',
  },
  'identity.second_factor.refused': {
    en: 'The code is not right. Codes of the app change every 30 seconds.',
    de: 'Der Code stimmt nicht. Codes der App wechseln alle 30 Sekunden.',
  },
  'identity.second_factor.required': {
    en: 'A code of your authenticator app is needed, too.',
    de: 'Es braucht auch einen Code deiner Authenticator-App.',
  },
  'identity.session.not_found': {
    en: 'This device is signed out already.',
    de: 'Dieses Gerät ist schon abgemeldet.',
  },
  'identity.sign_in.method_not_allowed': { de: 'So lässt sich diese Anmeldung nicht bestätigen.' },
  'identity.sign_in.not_found': {
    en: 'This sign-in has expired. Sign in again.',
    de: 'Diese Anmeldung ist abgelaufen. Melde dich noch einmal an.',
  },
  'identity.sign_in.refused': {
    en: 'The name or the password is not right.',
    de: 'Name oder Passwort stimmt nicht.',
  },
  'identity.totp.already_enabled': {
    en: 'You have an authenticator app already. Remove it first.',
    de: 'Du hast schon eine Authenticator-App. Entferne sie zuerst.',
  },
  'identity.totp.not_enabled': {
    en: 'You have no authenticator app.',
    de: 'Du hast keine Authenticator-App.',
  },
  'identity.totp.not_started': {
    en: 'That took too long. Begin again.',
    de: 'Das hat zu lange gedauert. Fang noch einmal an.',
  },
  'identity.user.invalid': { de: 'Eine Angabe passt so nicht.' },
  'identity.user.not_found': { de: 'Diese Person gibt es hier nicht.' },
  'identity.user.version_conflict': {
    en: 'This was changed somewhere else meanwhile. Look at it and try again.',
    de: 'Das wurde inzwischen anderswo geändert. Sieh es dir an und versuche es noch einmal.',
  },
}
