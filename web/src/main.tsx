import './ui/base.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { router } from './app/router'
import { demoQuery } from './lib/demo'
import { PushWatch } from './lib/push-watch'
import { queryClient } from './lib/query'
import { profileQuery } from './lib/session'
import { SessionWatch } from './lib/session-watch'
import { LanguageProvider } from './lib/text'
import { ToastProvider } from './ui/toast'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has an element with the id root')

// Asked before anything is shown, and beside each other, so that the page comes at once and whole.
void queryClient.prefetchQuery(profileQuery)
void queryClient.prefetchQuery(demoQuery)

createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <QueryClientProvider client={queryClient}>
        <ToastProvider>
          <SessionWatch />
          <PushWatch />
          <RouterProvider router={router} />
        </ToastProvider>
      </QueryClientProvider>
    </LanguageProvider>
  </StrictMode>,
)
