import { api, body, type Schemas } from '@/api/client'

export type Import = Schemas['Import']

const BYTES_MAX = 16 * 1024 * 1024
const TYPES = { csv: 'text/csv', jsonl: 'application/jsonl', ndjson: 'application/jsonl' } as const

/** By the name: what browsers think of CSV depends on what else is installed. */
export function typeOf(name: string): string | null {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase()
  return ending && ending in TYPES ? TYPES[ending as keyof typeof TYPES] : null
}

export type Flaw = 'wrong_kind' | 'too_large' | 'empty_file'

/** Why a file needn't be sent. */
export function flawOf({ name, size }: { name: string; size: number }): Flaw | null {
  if (typeOf(name) === null) return 'wrong_kind'
  if (size > BYTES_MAX) return 'too_large'
  return size === 0 ? 'empty_file' : null
}

/** Files that were tried out, by their imports: they can be sent again as long as the page lives. */
const tried = new Map<string, File>()

export function triedFile(id: string): File | undefined {
  return tried.get(id)
}

export async function send(file: File, isTrial: boolean): Promise<Import> {
  const sent = await body(
    api.POST('/v1/shop/imports', {
      params: {
        query: { dry_run: isTrial },
        header: { 'Idempotency-Key': crypto.randomUUID() },
      },
      body: file as never,
      bodySerializer: (content) => content as never,
      headers: { 'Content-Type': typeOf(file.name) ?? '' },
    }),
  )
  if (isTrial) tried.set(sent.id, file)
  return sent
}
