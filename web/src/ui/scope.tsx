import { useTexts } from '@/lib/text'
import { scopeTexts } from './scope-texts'

/** A right in words; the name of one that is newer than these pages. */
export function useScopeNames(): (scope: string) => string {
  const names: Readonly<Record<string, string>> = useTexts(scopeTexts)
  return (scope) => names[scope.replace('.', '_')] ?? scope
}
