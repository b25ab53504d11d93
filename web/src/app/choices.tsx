import { Languages, Moon, Sun, SunMoon } from 'lucide-react'
import { useState } from 'react'
import { defineTexts, LANGUAGES, useLanguage, useTexts } from '@/lib/text'
import styles from './shell.module.css'

const texts = defineTexts(
  {
    system: 'Theme: like the system',
    light: 'Theme: light',
    dark: 'Theme: dark',
    language: 'Deutsch',
  },
  {
    system: 'Farben: wie das System',
    light: 'Farben: hell',
    dark: 'Farben: dunkel',
    language: 'English',
  },
)

const THEMES = ['system', 'light', 'dark'] as const
type Theme = (typeof THEMES)[number]
const ICONS = { system: SunMoon, light: Sun, dark: Moon }
const STORED = 'bushel.theme'

/** Light, dark, or as the system has it; `theme.js` applies it before the first paint. */
export function ThemeChoice() {
  const t = useTexts(texts)
  const [theme, setTheme] = useState<Theme>(() => {
    const chosen = document.documentElement.dataset.theme
    return THEMES.find((it) => it === chosen) ?? 'system'
  })
  const Icon = ICONS[theme]
  const choose = () => {
    const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
    setTheme(next)
    apply(next)
  }
  return (
    <button type="button" className={styles.iconButton} onClick={choose} aria-label={t[theme]}>
      <Icon size={20} aria-hidden="true" />
    </button>
  )
}

function apply(theme: Theme) {
  const root = document.documentElement
  if (theme === 'system') delete root.dataset.theme
  else root.dataset.theme = theme
  try {
    localStorage.setItem(STORED, theme)
  } catch {
    // It holds for this page only.
  }
}

export function LanguageChoice() {
  const t = useTexts(texts)
  const { language, setLanguage } = useLanguage()
  const other = LANGUAGES.find((it) => it !== language) ?? 'en'
  return (
    <button
      type="button"
      lang={other}
      className={styles.textButton}
      onClick={() => setLanguage(other)}
    >
      <Languages size={18} aria-hidden="true" />
      {t.language}
    </button>
  )
}
