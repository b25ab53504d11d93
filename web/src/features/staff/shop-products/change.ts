import { useQueryClient } from '@tanstack/react-query'
import { ProblemError } from '@/lib/problem'
import type { Product } from '@/lib/shop'
import type { Versioned } from '@/lib/staff-shop'
import { writtenProductQuery } from '@/lib/staff-shop'
import { useTexts } from '@/lib/text'
import { useToast } from '@/ui/toast'
import { texts } from './texts'

type Change = (header: { 'If-Match': string }) => Promise<unknown>

/** Changes a product as it is shown; the version is that of all of it, variants and pictures too. */
export function useProductChange(product: Versioned<Product>) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const reread = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: writtenProductQuery(product.data.id).queryKey }),
      client.invalidateQueries({ queryKey: ['staff', 'shop', 'products'] }),
      client.invalidateQueries({ queryKey: ['shop'] }),
    ])
  return async (change: Change, said: string) => {
    try {
      await change({ 'If-Match': product.version })
      toast(said)
    } catch (error) {
      // Somebody else was faster: what they wrote is shown.
      if (error instanceof ProblemError && error.status === 412) toast(t.changed)
      else throw error
    } finally {
      await reread()
    }
  }
}
