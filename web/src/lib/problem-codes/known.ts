/** Texts by code: always in German; in English where the server's own words are too technical. */
export type KnownCodes = Readonly<Record<string, { readonly en?: string; readonly de: string }>>
