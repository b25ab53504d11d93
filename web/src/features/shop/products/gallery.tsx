import { useState } from 'react'
import type { Image } from '@/lib/shop'
import { useTexts } from '@/lib/text'
import { Picture } from '@/ui/shop/picture'
import styles from './product.module.css'
import { texts } from './texts'

type GalleryProps = {
  images: readonly Image[]
  /** Whose picture is shown, until another one is chosen. */
  variant: string | undefined
}

/** One large picture, and the others to choose from. */
export function Gallery({ images, variant }: GalleryProps) {
  const t = useTexts(texts)
  const [chosen, setChosen] = useState<{ id: string; variant: string | undefined } | null>(null)
  // Another variant shows its own picture.
  const byHand = chosen?.variant === variant ? chosen?.id : undefined
  const shown =
    images.find(({ id }) => id === byHand) ??
    images.find((image) => variant !== undefined && image.variant === variant) ??
    images[0]
  return (
    <div className={styles.gallery}>
      <div className={styles.large}>
        <Picture image={shown} size={1200} isFirst />
      </div>
      {images.length > 1 && (
        <ul className={styles.thumbs} aria-label={t.p_pictures}>
          {images.map((image, index) => (
            <li key={image.id}>
              <button
                type="button"
                className={styles.thumb}
                aria-label={image.alt || t.p_picture(index + 1)}
                aria-pressed={image.id === shown?.id}
                onClick={() => setChosen({ id: image.id, variant })}
              >
                <Picture image={image} size={200} isDecorative />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
