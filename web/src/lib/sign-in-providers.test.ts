import { expect, it } from 'vitest'
import { tripOf } from './sign-in-providers'

it.each([
  ['{"provider":"orchard","next":"/send"}', { provider: 'orchard', next: '/send' }],
  ['{"provider":"orchard"}', { provider: 'orchard', next: undefined }],
  ['{"provider":"orchard","next":7}', { provider: 'orchard', next: undefined }],
  ['{"next":"/send"}', null],
  ['[]', null],
  ['no json', null],
  [null, null],
])('a trip that was kept as %s is %s', (kept, trip) => {
  expect(tripOf(kept)).toEqual(trip)
})
