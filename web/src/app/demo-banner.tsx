export function DemoBanner() {
  return null
}
