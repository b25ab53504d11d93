import { useState } from 'react'
import type { Product, Variant } from '@/lib/shop'
import { useTexts } from '@/lib/text'
import { Picture } from '@/ui/shop/picture'
import { pictureFor } from '@/ui/shop/picture-for'
import styles from './product.module.css'
import { texts } from './texts'

type GalleryProps = {
  product: Product
  /** Whose picture is shown, until another one is chosen. */
  variant: Variant | undefined
}

/** One large picture, and the others to choose from. */
export function Gallery({ product, variant }: GalleryProps) {
  const t = useTexts(texts)
  const { images } = product
  const [chosen, setChosen] = useState<{ id: string; variant: string | undefined } | null>(null)
  // Another variant shows its own picture.
  const byHand = chosen?.variant === variant?.id ? chosen?.id : undefined
  const shown = images.find(({ id }) => id === byHand) ?? pictureFor(product, variant)
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
                onClick={() => setChosen({ id: image.id, variant: variant?.id })}
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
