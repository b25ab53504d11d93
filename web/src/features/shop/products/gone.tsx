import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Page } from '@/ui/page'
import { Empty } from '@/ui/states'
import { texts } from './texts'

/** What isn't sold any more; links to it live longer. */
export function Gone() {
  const t = useTexts(texts)
  return (
    <Page title={t.gone} narrow>
      <Empty title={t.gone_lead} action={<ButtonLink to="/shop/search">{t.see_all}</ButtonLink>} />
    </Page>
  )
}
