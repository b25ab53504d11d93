import { countryName } from '@/lib/countries'
import type { Address } from '@/lib/shop'
import { useLanguage } from '@/lib/text'

/** Where something goes, as it stands on a parcel. */
export function PostalAddress({ address }: { address: Address }) {
  const { language } = useLanguage()
  const lines = [
    address.name,
    address.company,
    address.street,
    address.extra,
    `${address.postcode} ${address.city}`,
    address.region,
    countryName(address.country, language),
    address.phone,
  ].filter((line): line is string => Boolean(line))
  return (
    <address>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </address>
  )
}
