/**
 * Starts the console: cache, live stream, router.
 * @module
 */
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import './styles/tokens.css';
import './styles/base.css';
import { Refusal } from './api/client.js';
import { LiveProvider, startLive } from './live/live.js';
import { createConsoleRouter } from './router.js';
import { reportLoggedOut } from './shell/session.js';
import { applyTheme } from './shell/theme.js';

applyTheme();

function notice(error: unknown): void {
  if (error instanceof Refusal && error.status === 401) reportLoggedOut();
}

const cache = new QueryClient({
  queryCache: new QueryCache({ onError: notice }),
  mutationCache: new MutationCache({ onError: notice }),
  defaultOptions: {
    queries: {
      // The live stream keeps the cache fresh.
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // Nothing gets better by asking again what the server understood and refused.
      retry: (count, error) => !(error instanceof Refusal && error.status >= 400) && count < 3,
    },
  },
});
const stream = startLive(cache);
const router = createConsoleRouter();

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root.');
createRoot(root).render(
  <QueryClientProvider client={cache}>
    <LiveProvider value={stream}>
      <RouterProvider router={router} />
    </LiveProvider>
  </QueryClientProvider>,
);
