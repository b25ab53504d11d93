import { defineTexts } from '@/lib/text'

export const texts = defineTexts(
  {
    title: 'Developers',
    lead: 'Let a program of yours do what you do here: send, look, be told.',
    docs: 'All requests of the API',

    first: 'Your first call',
    first_lead: 'Make a key, put it in the place of the dots, and run this in a terminal.',
    first_label: 'A call with curl',
    first_answer: 'It answers with your accounts and what is in them.',

    keys: 'API keys',
    keys_lead:
      'A program shows its key with each request. It can do no more than you allow it here.',
    keys_empty: 'You have no API key yet',
    keys_empty_text:
      'One key for each program: then you can take one away without touching the others.',
    make: 'Make a key',
    name: 'Name',
    name_hint: 'What it is for, such as “Bookkeeping”.',
    scopes: 'What it may do',
    scopes_missing: 'Choose at least one right.',
    expiry: 'How long it works',
    expiry_never: 'Until you delete it',
    expiry_days: (days: string) => `${days} days`,
    expiry_year: 'A year',
    networks: 'From where it may be used',
    networks_hint:
      'Addresses or networks, one in each line, such as 192.0.2.0/24. Empty: from everywhere.',
    made: 'Here is your key',
    made_text: 'It is shown only now. Keep it where only your program finds it.',
    key: 'API key',
    kept: 'I have kept it',
    never_used: 'Never used',
    used: 'Last used',
    created: 'made',
    ends: 'Works until',
    only_from: (networks: string) => `Only from ${networks}`,
    rotate: 'Replace',
    rotate_title: (name: string) => `Replace “${name}”?`,
    rotate_text:
      'You get a new key with the same rights. The old one works on for a while, so that your program can change over.',
    overlap: 'The old key works on for',
    delete: 'Delete',
    delete_title: (name: string) => `Delete “${name}”?`,
    delete_text: 'Programs that use it are refused within a second. This can’t be taken back.',
    deleted: 'The key is deleted.',
  },
  {
    title: 'Entwickler',
    lead: 'Lass ein Programm tun, was du hier tust: senden, nachsehen, Bescheid bekommen.',
    docs: 'Alle Anfragen der API',

    first: 'Dein erster Aufruf',
    first_lead:
      'Mache einen Schlüssel, setze ihn an die Stelle der Punkte und führe das in einem Terminal aus.',
    first_label: 'Ein Aufruf mit curl',
    first_answer: 'Er antwortet mit deinen Konten und dem, was darauf ist.',

    keys: 'API-Schlüssel',
    keys_lead:
      'Ein Programm zeigt seinen Schlüssel mit jeder Anfrage. Es kann nicht mehr, als du ihm hier erlaubst.',
    keys_empty: 'Du hast noch keinen API-Schlüssel',
    keys_empty_text:
      'Ein Schlüssel für jedes Programm: dann kannst du einen wegnehmen, ohne die anderen anzurühren.',
    make: 'Schlüssel machen',
    name: 'Name',
    name_hint: 'Wofür er ist, etwa „Buchhaltung“.',
    scopes: 'Was er darf',
    scopes_missing: 'Wähle mindestens ein Recht.',
    expiry: 'Wie lange er gilt',
    expiry_never: 'Bis du ihn löschst',
    expiry_days: (days: string) => `${days} Tage`,
    expiry_year: 'Ein Jahr',
    networks: 'Von wo er benutzt werden darf',
    networks_hint:
      'Adressen oder Netze, eines in jeder Zeile, etwa 192.0.2.0/24. Leer: von überall.',
    made: 'Hier ist dein Schlüssel',
    made_text: 'Er wird nur jetzt gezeigt. Bewahre ihn auf, wo nur dein Programm ihn findet.',
    key: 'API-Schlüssel',
    kept: 'Ich habe ihn aufbewahrt',
    never_used: 'Nie benutzt',
    used: 'Zuletzt benutzt',
    created: 'gemacht',
    ends: 'Gilt bis',
    only_from: (networks: string) => `Nur von ${networks}`,
    rotate: 'Ersetzen',
    rotate_title: (name: string) => `„${name}“ ersetzen?`,
    rotate_text:
      'Du bekommst einen neuen Schlüssel mit denselben Rechten. Der alte gilt noch eine Weile, damit dein Programm wechseln kann.',
    overlap: 'Der alte Schlüssel gilt noch',
    delete: 'Löschen',
    delete_title: (name: string) => `„${name}“ löschen?`,
    delete_text:
      'Programme, die ihn benutzen, werden binnen einer Sekunde abgewiesen. Das lässt sich nicht zurücknehmen.',
    deleted: 'Der Schlüssel ist gelöscht.',
  },
)
