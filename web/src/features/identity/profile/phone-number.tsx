import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, type Schemas } from '@/api/client'
import { phoneQuery } from '@/lib/phone'
import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/confirm'
import { Dialog } from '@/ui/dialog'
import { Section } from '@/ui/page'
import { Badge } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import styles from './page.module.css'
import { ChangePhone } from './phone-change'
import { phoneTexts } from './phone-texts'

/** The number for short messages. Where none are sent there is only one to be taken away. */
export function PhoneNumber() {
  const t = useTexts(phoneTexts)
  const query = useQuery(phoneQuery)
  if (query.data && !query.data.is_available && !query.data.number) return null
  return (
    <Section title={t.phone} lead={t.phone_lead}>
      <Loaded query={query} lines={1}>
        {(phone) => (
          <div className={styles.line}>
            {phone.number ? (
              <p className={styles.email}>
                {phone.number} <Badge tone="good">{t.confirmed}</Badge>
              </p>
            ) : (
              <p className="muted">{t.none}</p>
            )}
            <div className="row">
              {phone.is_available && <Change phone={phone} />}
              {phone.number && <Remove />}
            </div>
          </div>
        )}
      </Loaded>
    </Section>
  )
}

function Change({ phone }: { phone: Schemas['Phone'] }) {
  const t = useTexts(phoneTexts)
  const [isOpen, setOpen] = useState(false)
  const close = () => setOpen(false)
  const title = phone.number ? t.change : t.add
  return (
    <>
      <Button look="secondary" small onClick={() => setOpen(true)}>
        {phone.waiting_number ? t.enter_code : title}
      </Button>
      <Dialog title={title} isOpen={isOpen} onClose={close}>
        <ChangePhone waiting={phone.waiting_number} onDone={close} />
      </Dialog>
    </>
  )
}

function Remove() {
  const t = useTexts(phoneTexts)
  const toast = useToast()
  const client = useQueryClient()
  return (
    <Confirm
      label={t.remove}
      title={t.remove_title}
      action={t.remove}
      isDanger
      onConfirm={async () => {
        await api.DELETE('/v1/identity/phone')
        await client.invalidateQueries({ queryKey: phoneQuery.queryKey })
        toast(t.removed)
      }}
    >
      <p>{t.remove_text}</p>
    </Confirm>
  )
}
