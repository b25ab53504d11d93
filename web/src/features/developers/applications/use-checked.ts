import { useTexts } from '@/lib/text'
import { FieldErrors, type Values } from '@/ui/form'
import { texts } from './texts'
import { detailsOf } from './values'

/** What the fields say; boxes of which none is chosen are refused here. */
export function useChecked() {
  const t = useTexts(texts)
  return (values: Values) => {
    const details = detailsOf(values)
    const missing = {
      ...(details.grant_types.length === 0 && { grant_types: t.grant_types_missing }),
      ...(details.scopes.length === 0 && { scopes: t.scopes_missing }),
    }
    if (Object.keys(missing).length > 0) throw new FieldErrors(missing)
    return details
  }
}
