import { defineTexts, useTexts } from '@/lib/text'
import styles from './shell.module.css'

const texts = defineTexts({ skip: 'Skip to the content' }, { skip: 'Zum Inhalt springen' })

/** The first thing that a keyboard reaches. */
export function SkipLink() {
  return (
    <a href="#main" className={styles.skip}>
      {useTexts(texts).skip}
    </a>
  )
}
