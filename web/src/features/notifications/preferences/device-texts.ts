import { defineTexts } from '@/lib/text'

export const deviceTexts = defineTexts(
  {
    here: 'On this device',
    lead: 'What you choose under “Push” appears here although no page of Bushel is open.',
    turn_on: 'Tell me in this browser',
    will_ask: 'Your browser will ask you first whether it may.',
    blocked:
      'Your browser doesn’t let Bushel tell you anything. To allow it, open the settings of this page beside its address, and set notifications to “Allow”.',
    impossible:
      'This browser can’t do that. On an iPhone or iPad, add Bushel to the Home Screen first and open it from there.',
    no_service:
      'The service by which your browser gets such messages can’t be reached. Try again later.',
    browsers: 'Browsers in which you are told',
    this: 'This browser',
    unknown: 'Some browser',
    last: 'Told last',
    since: 'Since',
    remove: 'Remove',
    remove_of: (name: string) => `Remove ${name}`,
    removed: 'Nothing is told there until you open Bushel there again.',
  },
  {
    here: 'Auf diesem Gerät',
    lead: 'Was du unter „Push“ wählst, erscheint hier, auch wenn keine Seite von Bushel offen ist.',
    turn_on: 'In diesem Browser Bescheid sagen',
    will_ask: 'Dein Browser fragt dich zuerst, ob er das darf.',
    blocked:
      'Dein Browser lässt Bushel nichts melden. Um es zu erlauben, öffne neben der Adresse die Einstellungen dieser Seite und stelle Benachrichtigungen auf „Zulassen“.',
    impossible:
      'Dieser Browser kann das nicht. Auf einem iPhone oder iPad lege Bushel zuerst auf den Home-Bildschirm und öffne es von dort.',
    no_service:
      'Der Dienst, über den dein Browser solche Meldungen bekommt, ist nicht erreichbar. Versuche es später noch einmal.',
    browsers: 'Browser, in denen du es erfährst',
    this: 'Dieser Browser',
    unknown: 'Irgendein Browser',
    last: 'Zuletzt gemeldet',
    since: 'Seit',
    remove: 'Entfernen',
    remove_of: (name: string) => `${name} entfernen`,
    removed: 'Dort wird nichts gemeldet, bis du Bushel dort wieder öffnest.',
  },
)
