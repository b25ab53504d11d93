/**
 * What the fields of a body take, in German. The server says it in English, under one code for
 * all fields, so these go by the field's name.
 */
export const fieldsInGerman: Readonly<Record<string, string>> = {
  allowed_ips: 'Gib Adressen oder Netze an, etwa 192.0.2.7 oder 192.0.2.0/24.',
  amount: 'Gib einen Betrag über null an.',
  description: 'Höchstens 200 Zeichen, in einer Zeile.',
  email: 'Gib eine E-Mail-Adresse an, etwa ann@example.org.',
  expires_at: 'Das muss in der Zukunft liegen.',
  grant_types: 'Wähle mindestens einen Weg.',
  handle: '3 bis 30 Zeichen: a–z, 0–9, _ . und -; zuerst ein Buchstabe.',
  message: 'Höchstens 500 Zeichen.',
  name: '1 bis 100 Zeichen.',
  number: 'Gib die Nummer mit der Vorwahl des Landes an, etwa +49 170 1234567.',
  post_logout_redirect_uris:
    'Gib ganze Adressen an, eine in jeder Zeile, etwa https://app.example/ mit dem Schrägstrich.',
  reason: 'Ein Grund hat 5 bis 500 Zeichen, in einer Zeile.',
  redirect_uris:
    'Gib ganze Adressen mit https:// an, eine in jeder Zeile, etwa https://app.example/callback.',
  reference: 'Höchstens 100 Zeichen, in einer Zeile.',
  scopes: 'Wähle mindestens ein Recht.',
}
