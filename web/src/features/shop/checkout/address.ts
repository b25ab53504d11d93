import type { Address } from '@/lib/shop'

/** The parts of an address, in the order in which they are typed. */
export const PARTS = [
  'name',
  'company',
  'street',
  'extra',
  'postcode',
  'city',
  'region',
  'country',
  'phone',
] as const
export type Part = (typeof PARTS)[number]

/** The address that a form's fields hold, named `prefix/part`; what is empty is left out. */
export function typedAddress(values: Readonly<Record<string, string>>, prefix: string): Address {
  const typed = PARTS.map((part) => [part, values[`${prefix}/${part}`]?.trim() ?? ''] as const)
  return Object.fromEntries(typed.filter(([, text]) => text !== '')) as Address
}

const NEEDED = ['name', 'street', 'postcode', 'city', 'country'] as const

/** Fields of it that are empty and mustn't be. */
export function missingParts(address: Partial<Address>, prefix: string): readonly string[] {
  return NEEDED.filter((part) => !address[part]).map((part) => `${prefix}/${part}`)
}
