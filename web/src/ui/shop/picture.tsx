import { ImageOff } from 'lucide-react'
import { type Image, imageUrl } from '@/lib/shop'
import styles from './picture.module.css'

type PictureProps = {
  image: Pick<Image, 'id' | 'alt' | 'width' | 'height'> | null | undefined
  /** How many pixels the place has, about. */
  size: 200 | 600 | 1200
  /** Beside a name that says the same. */
  isDecorative?: boolean
  /** It is seen at once, so it doesn't wait. */
  isFirst?: boolean
}

/** A picture in a square place; without one a sign that nothing is missing but the picture. */
export function Picture({ image, size, isDecorative, isFirst }: PictureProps) {
  if (!image) {
    return (
      <span className={styles.none}>
        <ImageOff size={size === 200 ? 20 : 36} strokeWidth={1.5} aria-hidden="true" />
      </span>
    )
  }
  return (
    <img
      className={styles.picture}
      src={imageUrl(image.id, size)}
      alt={isDecorative ? '' : image.alt}
      width={image.width}
      height={image.height}
      loading={isFirst ? 'eager' : 'lazy'}
      decoding="async"
    />
  )
}
