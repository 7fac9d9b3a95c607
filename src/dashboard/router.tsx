// The page's addresses. Each page is a file of its own, loaded when it is first looked at.
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { sessionQuery } from './api/session.ts';
import { readSpan } from './format/span.ts';
import { PageFault } from './parts/PageFault.tsx';
import { NoSuchPage } from './parts/NoSuchPage.tsx';
import { Shell } from './shell/Shell.tsx';
import { SignInPage } from './shell/SignInPage.tsx';

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  errorComponent: PageFault,
  notFoundComponent: NoSuchPage,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { to?: string } => (typeof search['to'] === 'string' ? { to: search['to'] } : {}),
  component: SignInPage,
});

/** Everything but the sign-in, for those who are signed in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (!session.signed_in) redirect({ to: '/sign-in', search: { to: location.href }, throw: true });
  },
  component: Shell,
});

const overview = createRoute({
  getParentRoute: () => inside,
  path: '/',
  validateSearch: readSpan,
  component: lazyRouteComponent(() => import('./pages/overview/OverviewPage.tsx'), 'OverviewPage'),
});

const models = createRoute({
  getParentRoute: () => inside,
  path: '/models',
  component: lazyRouteComponent(() => import('./pages/models/ModelsPage.tsx'), 'ModelsPage'),
});

export function createPageRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([signIn, inside.addChildren([overview, models])]),
    context: { queryClient },
    defaultPreload: 'intent',
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPageRouter>;
  }
}
