import { defineTexts } from '@/lib/text'

export const texts = defineTexts(
  {
    page: 'Send anything that can be counted',
    title: 'Send anything that can be counted.',
    lead: 'Money, apples, books: give them to somebody, watch them arrive, and see at any time what you hold.',
    sign_up: 'Make an account',
    sign_in: 'Sign in',
    shop: 'Look into the shop',

    demo: 'Look around first',
    demo_lead:
      'This is a demo world: everything in it is made up, and nothing can break. Be somebody, without signing up.',
    demo_remove: 'Whoever runs this removes it by',
    demo_as: (name: string) => `Look around as ${name}`,
    demo_company: 'Company',
    demo_person: 'Person',
    demo_staff: 'Staff',

    picture:
      'Ann sends Bob three apples. Her basket has three less, his has three more, and the sum stays the same.',
    ann: 'Ann',
    bob: 'Bob',
    ledger: 'In the books',
    account: 'Account',
    apples: 'Apples',
    sum: 'Sum',

    can: 'What you can do',
    can_lead: 'One account for everything that is counted, and a handful of things to do with it.',
    send: 'Send',
    send_text:
      'To a name, a handle or an e-mail address. Whoever isn’t here yet gets an invitation, and it waits for them.',
    ask: 'Ask',
    ask_text: 'For your share of the pizza. They decide with one press whether they pay.',
    plan: 'Plan',
    plan_text: 'The rent on the first, pocket money on Fridays: once, or again and again.',
    accept: 'Accept',
    accept_text: 'You decide what comes in. What nobody accepts in time goes back by itself.',
    look: 'Look',
    look_text: 'Your history with the balance after each step, and a statement for each month.',
    hear: 'Hear of it',
    hear_text: 'Here at once, by mail if you like, and always when it is about your security.',

    who: 'Made for everybody who counts',
    people: 'For people',
    people_text:
      'Sign in with your fingerprint, and the rest explains itself. On your phone and on your desk, in light and dark, by mouse, by keyboard and by ear.',
    companies: 'For companies',
    companies_text:
      'Money, points, crates or hours are all counted in the same way. Corrections need a second person, and a log to which one can only add keeps who did what.',
    developers: 'For developers',
    developers_text:
      'All that these pages do, your program does too: over HTTP or gRPC, with keys that can do only what you allow, and webhooks that you can trust.',
    developers_docs: 'All requests of the API',
    curl: 'A transfer with curl',

    books: 'Why nothing gets lost',
    books_lead: 'Everything that happens here is a transfer from one account to another.',
    books_two: 'Two sides to everything',
    books_two_text:
      'What leaves one account arrives in another. So the sum over all accounts is always zero.',
    books_once: 'Once is once',
    books_once_text: 'A second press, a lost answer, a train in a tunnel: nothing is sent twice.',
    books_kept: 'What is written stays',
    books_kept_text:
      'Entries are never changed. A chain of fingerprints over all of them shows if somebody tried.',

    end: 'Begin with nothing but an e-mail address.',
  },
  {
    page: 'Sende, was sich zählen lässt',
    title: 'Sende, was sich zählen lässt.',
    lead: 'Geld, Äpfel, Bücher: gib sie jemandem, sieh zu, wie sie ankommen, und wisse jederzeit, was du hast.',
    sign_up: 'Konto anlegen',
    sign_in: 'Anmelden',
    shop: 'In den Laden schauen',

    demo: 'Sieh dich erst einmal um',
    demo_lead:
      'Das ist eine Vorführwelt: alles darin ist erfunden, und nichts kann kaputtgehen. Sei jemand, ganz ohne Anmeldung.',
    demo_remove: 'Wer das hier betreibt, entfernt sie mit',
    demo_as: (name: string) => `Sieh dich um als ${name}`,
    demo_company: 'Firma',
    demo_person: 'Person',
    demo_staff: 'Verwaltung',

    picture:
      'Ann sendet Bob drei Äpfel. In ihrem Korb sind drei weniger, in seinem drei mehr, und die Summe bleibt gleich.',
    ann: 'Ann',
    bob: 'Bob',
    ledger: 'In den Büchern',
    account: 'Konto',
    apples: 'Äpfel',
    sum: 'Summe',

    can: 'Was du tun kannst',
    can_lead: 'Ein Konto für alles, was gezählt wird, und eine Handvoll Dinge, die du damit tust.',
    send: 'Senden',
    send_text:
      'An einen Namen, einen Kurznamen oder eine E-Mail-Adresse. Wer noch nicht hier ist, wird eingeladen, und es wartet auf ihn.',
    ask: 'Bitten',
    ask_text:
      'Um deinen Anteil an der Pizza. Die anderen entscheiden mit einem Druck, ob sie zahlen.',
    plan: 'Planen',
    plan_text: 'Die Miete am Ersten, das Taschengeld am Freitag: einmal oder immer wieder.',
    accept: 'Annehmen',
    accept_text:
      'Du entscheidest, was hereinkommt. Was niemand rechtzeitig annimmt, geht von selbst zurück.',
    look: 'Nachsehen',
    look_text: 'Dein Verlauf mit dem Stand nach jedem Schritt, und ein Auszug für jeden Monat.',
    hear: 'Davon hören',
    hear_text: 'Hier sofort, per Mail, wenn du magst, und immer, wenn es um deine Sicherheit geht.',

    who: 'Für alle, die zählen',
    people: 'Für dich',
    people_text:
      'Melde dich mit dem Fingerabdruck an, der Rest erklärt sich selbst. Am Telefon und am Schreibtisch, hell und dunkel, mit Maus, Tastatur und Ohr.',
    companies: 'Für Firmen',
    companies_text:
      'Geld, Punkte, Kisten oder Stunden werden alle gleich gezählt. Korrekturen brauchen eine zweite Person, und wer was getan hat, steht in einem Protokoll, zu dem nur etwas hinzukommen kann.',
    developers: 'Für Entwickler',
    developers_text:
      'Was diese Seiten tun, tut auch dein Programm: über HTTP oder gRPC, mit Schlüsseln, die nur dürfen, was du erlaubst, und Webhooks, denen du trauen kannst.',
    developers_docs: 'Alle Anfragen der API',
    curl: 'Ein Übertrag mit curl',

    books: 'Warum nichts verloren geht',
    books_lead: 'Alles, was hier geschieht, ist ein Übertrag von einem Konto auf ein anderes.',
    books_two: 'Alles hat zwei Seiten',
    books_two_text:
      'Was ein Konto verlässt, kommt auf einem anderen an. So ist die Summe über alle Konten immer null.',
    books_once: 'Einmal ist einmal',
    books_once_text:
      'Ein zweiter Druck, eine verlorene Antwort, ein Zug im Tunnel: nichts wird zweimal gesendet.',
    books_kept: 'Was geschrieben ist, bleibt',
    books_kept_text:
      'Einträge werden nie geändert. Eine Kette von Fingerabdrücken über alle zeigt, wenn es jemand versucht.',

    end: 'Fang an, mit nichts als einer E-Mail-Adresse.',
  },
)
