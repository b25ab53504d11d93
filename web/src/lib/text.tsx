import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'

/**
 * Texts live beside the feature that shows them, in both languages, as plain objects: a sentence
 * with something in it is a function. `defineTexts` makes sure that no language lacks a text.
 */
export type Language = 'en' | 'de'
export const LANGUAGES: readonly Language[] = ['en', 'de']

// biome-ignore lint/suspicious/noExplicitAny: a text takes what its sentence needs.
type Text = string | ((...values: any[]) => string)
type Same<T> = { readonly [K in keyof T]: T[K] extends string ? string : T[K] }
export type Texts<T> = Readonly<Record<Language, Same<T>>>

export function defineTexts<const T extends Record<string, Text>>(en: T, de: Same<T>): Texts<T> {
  return { en: en as Same<T>, de }
}

/** One form for one thing, the other for more: `plural('en', 1, 'apple', 'apples')`. */
export function plural(language: Language, count: number, one: string, other: string): string {
  return new Intl.PluralRules(language).select(count) === 'one' ? one : other
}

type LanguageState = { language: Language; setLanguage: (language: Language) => void }
const LanguageContext = createContext<LanguageState>({ language: 'en', setLanguage: () => {} })
const STORED = 'bushel.language'

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(initial)
  useEffect(() => {
    document.documentElement.lang = language
    try {
      localStorage.setItem(STORED, language)
    } catch {
      // It is remembered for this page only.
    }
  }, [language])
  const state = useMemo(() => ({ language, setLanguage }), [language])
  return <LanguageContext value={state}>{children}</LanguageContext>
}

export function useLanguage(): LanguageState {
  return useContext(LanguageContext)
}

export function useTexts<T>(texts: Texts<T>): Same<T> {
  return texts[useLanguage().language]
}

export function isLanguage(text: unknown): text is Language {
  return LANGUAGES.some((it) => it === text)
}

function initial(): Language {
  try {
    const stored = localStorage.getItem(STORED)
    if (isLanguage(stored)) return stored
  } catch {
    // The browser's own will do.
  }
  return navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en'
}
