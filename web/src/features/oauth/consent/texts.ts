import { defineTexts } from '@/lib/text'

export const texts = defineTexts(
  {
    title: (name: string) => `Allow ${name}?`,
    afterwards: (address: string) => `Afterwards you go to ${address}.`,
    allow: 'Allow',
    refuse: 'Don’t allow',
    leaving: (name: string) => `Back to ${name}`,
    leaving_lead: 'If nothing happens, press the button. You can close this page afterwards.',
    leaving_action: 'Go on',
    again_title: 'Sign in again',
    again_lead: (name: string) =>
      `${name} wants to be sure that it is you. Then you come back here.`,
    again: 'Sign in again',
    gone_title: 'This question is over',
    gone_lead:
      'It was answered already, or it took too long. Go back to the application and begin there again.',
    home: 'To the start page',
  },
  {
    title: (name: string) => `Zugriff für ${name}?`,
    afterwards: (address: string) => `Danach kommst du zu ${address}.`,
    allow: 'Erlauben',
    refuse: 'Nicht erlauben',
    leaving: (name: string) => `Zurück zu ${name}`,
    leaving_lead:
      'Wenn nichts geschieht, drücke auf den Knopf. Diese Seite kannst du danach schließen.',
    leaving_action: 'Weiter',
    again_title: 'Melde dich noch einmal an',
    again_lead: (name: string) =>
      `${name} möchte sicher sein, dass du es bist. Danach kommst du hierher zurück.`,
    again: 'Noch einmal anmelden',
    gone_title: 'Diese Frage ist vorbei',
    gone_lead:
      'Sie wurde schon beantwortet, oder es hat zu lange gedauert. Geh zurück zur Anwendung und fang dort noch einmal an.',
    home: 'Zur Startseite',
  },
)
