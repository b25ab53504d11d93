import { defineTexts } from '@/lib/text'

export const texts = defineTexts(
  {
    waiting: 'Signing you in',
    linked: (provider: string) => `You can sign in with ${provider} now.`,
    link_lead: (provider: string) =>
      `There is an account with your address already. We have sent you a code: enter it, and you can sign in to that account with ${provider} from now on.`,
    failed: 'That didn’t work',
    again: 'To the sign-in',
    to_security: 'To your security settings',
    first_title: 'Sign in first',
    first_lead: (provider: string) =>
      `There is an account with your address, and an authenticator app protects it. Sign in to it, then add ${provider} in your security settings.`,
    first: 'Sign in',
    register_title: 'Make an account first',
    register_lead: (provider: string) =>
      `${provider} doesn’t vouch for your e-mail address, so we have to check it ourselves. Make an account, then add ${provider} in your security settings.`,
    register: 'Make an account',
    have_account: 'I have an account',
    the_provider: 'the provider',
  },
  {
    waiting: 'Du wirst angemeldet',
    linked: (provider: string) => `Du kannst dich jetzt mit ${provider} anmelden.`,
    link_lead: (provider: string) =>
      `Ein Konto mit deiner Adresse gibt es schon. Wir haben dir einen Code geschickt: Gib ihn ein, dann kannst du dich bei diesem Konto künftig mit ${provider} anmelden.`,
    failed: 'Das hat nicht geklappt',
    again: 'Zur Anmeldung',
    to_security: 'Zu deinen Sicherheitseinstellungen',
    first_title: 'Melde dich zuerst an',
    first_lead: (provider: string) =>
      `Es gibt ein Konto mit deiner Adresse, und eine Authenticator-App schützt es. Melde dich dort an und füge ${provider} dann in deinen Sicherheitseinstellungen hinzu.`,
    first: 'Anmelden',
    register_title: 'Lege zuerst ein Konto an',
    register_lead: (provider: string) =>
      `${provider} bürgt nicht für deine E-Mail-Adresse, also müssen wir sie selbst prüfen. Lege ein Konto an und füge ${provider} dann in deinen Sicherheitseinstellungen hinzu.`,
    register: 'Konto anlegen',
    have_account: 'Ich habe ein Konto',
    the_provider: 'der Anbieter',
  },
)
