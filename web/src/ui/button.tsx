import { createLink, type LinkComponent } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, Ref } from 'react'
import styles from './button.module.css'

type Look = {
  look?: 'primary' | 'secondary' | 'quiet' | 'danger'
  small?: boolean
  wide?: boolean
}

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> &
  Look & { busy?: boolean; ref?: Ref<HTMLButtonElement> }

/** Busy buttons keep their name and can't be pressed again. */
export function Button({ look, small, wide, busy, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classes({ look, small, wide })}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
    >
      {busy && <span className={styles.spinner} aria-hidden="true" />}
      {children}
    </button>
  )
}

type AnchorProps = AnchorHTMLAttributes<HTMLAnchorElement> & Look & { ref?: Ref<HTMLAnchorElement> }

function Anchor({ look, small, wide, children, ...rest }: AnchorProps) {
  return (
    <a {...rest} className={classes({ look, small, wide })}>
      {children}
    </a>
  )
}

const Linked = createLink(Anchor)

/** A link to another page that looks like a button. */
export const ButtonLink: LinkComponent<typeof Anchor> = (props) => <Linked {...props} />

function classes({ look = 'primary', small, wide }: Look): string {
  const names = [styles.button, styles[look], small && styles.small, wide && styles.wide]
  return names.filter(Boolean).join(' ')
}
