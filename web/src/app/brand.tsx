import { Link } from '@tanstack/react-router'
import styles from './shell.module.css'

/** The sign and the name, which lead to the start page. */
export function Brand() {
  return (
    <Link to="/" className={styles.brand}>
      <img src="/icon.svg" alt="" width={32} height={32} />
      Bushel
    </Link>
  )
}
