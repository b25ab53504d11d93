import { QueryClient, useInfiniteQuery } from '@tanstack/react-query'
import { OfflineError, ProblemError } from './problem'

const TRIES_MAX = 2

/** What was read stays good for a while; the stream of events says when it isn't. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => failures < TRIES_MAX && mayPass(error),
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
})

/** Whether another try may end otherwise. */
function mayPass(error: unknown): boolean {
  if (error instanceof OfflineError) return true
  return error instanceof ProblemError && error.status === 503
}

type Page<T> = { readonly data: readonly T[]; readonly next_cursor: string | null }

/** When a list is read again by itself, and whether it is read at all. */
type PagesOptions = {
  enabled?: boolean
  staleTime?: number
  refetchInterval?: number
  refetchOnWindowFocus?: boolean
}

/** A list with cursors, read page by page; goes into `PagedList`. */
export function usePages<T>(
  key: readonly unknown[],
  read: (cursor: string | undefined) => Promise<Page<T>>,
  options: PagesOptions = {},
) {
  const query = useInfiniteQuery({
    ...options,
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })
  return {
    items: query.data?.pages.flatMap((page) => page.data),
    error: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
  }
}
