import { Page } from '@/ui/page'

export default function PageToCome() {
  return <Page title="…">{null}</Page>
}
