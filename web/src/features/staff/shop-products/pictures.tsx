import { useRef, useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { describeProblem } from '@/lib/problem-texts'
import type { Image, Product } from '@/lib/shop'
import type { Versioned } from '@/lib/staff-shop'
import { useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/confirm'
import { SelectField, TextField } from '@/ui/fields'
import type { Values } from '@/ui/form'
import { Remove } from '@/ui/remove'
import { Picture } from '@/ui/shop/picture'
import { Empty } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { useProductChange } from './change'
import styles from './products.module.css'
import { texts } from './texts'

const TYPES = 'image/jpeg,image/png,image/webp'

type PicturesProps = { product: Versioned<Product> }

/** The pictures of a product, and a way to add some. */
export function Pictures({ product }: PicturesProps) {
  const t = useTexts(texts)
  const { images } = product.data
  return (
    <>
      {images.length === 0 && <Empty title={t.no_pictures} />}
      <ul className={styles.pictures}>
        {images.map((image) => (
          <li key={image.id} className={styles.picture}>
            <div className={styles.frame}>
              <Picture image={image} size={600} />
            </div>
            <span className="muted">{image.alt || '–'}</span>
            <div className="row">
              <Edit product={product} image={image} />
              <RemovePicture product={product} image={image} />
            </div>
          </li>
        ))}
      </ul>
      <div>
        <Upload product={product} />
      </div>
    </>
  )
}

/** One file after the other; what one is refused for doesn't keep the others away. */
function Upload({ product }: PicturesProps) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const change = useProductChange(product)
  const input = useRef<HTMLInputElement>(null)
  const [isBusy, setBusy] = useState(false)
  const send = async (files: readonly File[]) => {
    setBusy(true)
    let sent = 0
    for (const file of files) {
      try {
        await upload(product.data.id, file)
        sent += 1
      } catch (error) {
        toast(`${file.name}: ${describeProblem(error, language)}`)
      }
    }
    if (sent > 0) await change(() => Promise.resolve(), t.uploaded(sent))
    if (input.current) input.current.value = ''
    setBusy(false)
  }
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={TYPES}
        multiple
        hidden
        aria-label={t.add_pictures}
        onChange={(event) => void send([...(event.target.files ?? [])])}
      />
      <Button look="secondary" small busy={isBusy} onClick={() => input.current?.click()}>
        {isBusy ? t.uploading : t.add_pictures}
      </Button>
    </>
  )
}

/** The file goes out as it is; its name is a first guess at what it shows. */
async function upload(id: string, file: File): Promise<void> {
  const alt = file.name
    .replace(/\.[^.]*$/, '')
    .replace(/[-_]+/g, ' ')
    .slice(0, 500)
  await body(
    api.POST('/v1/shop/products/{id}/images', {
      params: { path: { id }, query: { alt }, header: { 'Idempotency-Key': crypto.randomUUID() } },
      body: file as never,
      bodySerializer: (content) => content as never,
      headers: { 'Content-Type': file.type },
    }),
  )
}

type ImageProps = PicturesProps & { image: Image }

function Edit({ product, image }: ImageProps) {
  const t = useTexts(texts)
  const change = useProductChange(product)
  const { id, variants } = product.data
  const save = (values: Values) => {
    const patch: Schemas['ImagePatch'] = {
      alt: values.alt?.trim() ?? '',
      variant: values.variant || null,
    }
    return change(
      (header) =>
        body(
          api.PATCH('/v1/shop/products/{id}/images/{image}', {
            params: { path: { id, image: image.id }, header },
            body: patch,
          }),
        ),
      t.saved,
    )
  }
  return (
    <Confirm label={t.edit} title={t.pictures} action={t.save} onConfirm={save}>
      <TextField
        name="alt"
        label={t.alt}
        hint={t.alt_hint}
        maxLength={500}
        defaultValue={image.alt}
      />
      {variants.length > 1 && (
        <SelectField
          name="variant"
          label={t.shows}
          defaultValue={image.variant ?? ''}
          choices={[
            { value: '', label: t.shows_all },
            ...variants.map((it) => ({ value: it.id, label: it.title ?? it.sku })),
          ]}
        />
      )}
    </Confirm>
  )
}

function RemovePicture({ product, image }: ImageProps) {
  const t = useTexts(texts)
  const change = useProductChange(product)
  const path = { id: product.data.id, image: image.id }
  const remove = () =>
    change(
      () => body(api.DELETE('/v1/shop/products/{id}/images/{image}', { params: { path } })),
      t.removed,
    )
  return <Remove label={t.remove} title={t.remove_picture} onRemove={remove} />
}
