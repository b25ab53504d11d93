import { defineTexts } from '@/lib/text'

export const texts = defineTexts(
  {
    forgot_title: 'Forgot your password?',
    forgot_lead: 'Tell us your address, and we send you a link to set a new one.',
    email: 'E-mail address',
    send: 'Send the link',
    sent: 'If somebody has this address here, a mail is on its way.',
    code: 'Code from the mail',
    title: 'Set a new password',
    lead: 'Whoever is signed in to your account is signed out then.',
    password: 'New password',
    password_hint: 'At least 15 characters: several words are easy to remember and hard to guess.',
    totp: 'Code of your authenticator app',
    totp_hint: 'Only if you use one.',
    recovery: 'Or a recovery code',
    set: 'Set the password',
    done: 'The new password is set. Sign in with it.',
  },
  {
    forgot_title: 'Passwort vergessen?',
    forgot_lead: 'Nenne deine Adresse, dann schicken wir dir einen Link für ein neues.',
    email: 'E-Mail-Adresse',
    send: 'Link schicken',
    sent: 'Wenn hier jemand diese Adresse hat, ist eine Mail unterwegs.',
    code: 'Code aus der Mail',
    title: 'Neues Passwort setzen',
    lead: 'Wer an deinem Konto angemeldet ist, wird dann abgemeldet.',
    password: 'Neues Passwort',
    password_hint:
      'Mindestens 15 Zeichen: mehrere Wörter sind leicht zu merken und schwer zu erraten.',
    totp: 'Code deiner Authenticator-App',
    totp_hint: 'Nur wenn du eine benutzt.',
    recovery: 'Oder ein Wiederherstellungscode',
    set: 'Passwort setzen',
    done: 'Das neue Passwort ist gesetzt. Melde dich damit an.',
  },
)
