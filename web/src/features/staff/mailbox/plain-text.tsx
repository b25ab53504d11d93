import styles from './mail.module.css'

const ADDRESS = /(https?:\/\/[^\s<>"]+)/

/** The text of a mail, with its addresses as links. */
export function PlainText({ text }: { text: string }) {
  return (
    <p className={styles.text}>
      {text.split(ADDRESS).map((part, index) =>
        index % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text don't move.
          <a key={index} href={part} target="_blank" rel="noopener noreferrer">
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </p>
  )
}
