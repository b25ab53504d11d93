import { defineTexts } from '@/lib/text'

export const texts = defineTexts(
  {
    title: 'Sign out?',
    lead: (name: string) =>
      `You are signed in as ${name}. An application may have sent you here because you signed out there.`,
    sign_out: 'Sign out',
    stay: 'Stay signed in',
    done: 'You are signed out',
    done_lead: 'See you soon.',
    also: (provider: string) =>
      `You may still be signed in at ${provider} in this browser. Whoever uses it next could come in here with that.`,
    also_action: (provider: string) => `Sign out of ${provider}, too`,
    nowhere: (provider: string) => `${provider} has no page for that. Open it and sign out there.`,
    home: 'To the start page',
    sign_in: 'Sign in again',
  },
  {
    title: 'Abmelden?',
    lead: (name: string) =>
      `Du bist als ${name} angemeldet. Vielleicht hat dich eine Anwendung hierher geschickt, weil du dich dort abgemeldet hast.`,
    sign_out: 'Abmelden',
    stay: 'Angemeldet bleiben',
    done: 'Du bist abgemeldet',
    done_lead: 'Bis bald.',
    also: (provider: string) =>
      `Bei ${provider} bist du in diesem Browser vielleicht noch angemeldet. Wer ihn als Nächstes benutzt, könnte damit auch hier hereinkommen.`,
    also_action: (provider: string) => `Auch bei ${provider} abmelden`,
    nowhere: (provider: string) =>
      `${provider} hat dafür keine Seite. Öffne den Anbieter und melde dich dort ab.`,
    home: 'Zur Startseite',
    sign_in: 'Wieder anmelden',
  },
)
