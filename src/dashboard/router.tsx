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
import { readKeysSearch } from './pages/keys/search.ts';
import { readAsOf, readModelsSearch } from './pages/models/search.ts';
import { readOverviewSearch } from './pages/overview/search.ts';
import { readRequestsSearch } from './pages/requests/search.ts';
import { readWhatIfSearch } from './pages/whatIf/search.ts';
import { NoSuchPage } from './parts/NoSuchPage.tsx';
import { PageFault } from './parts/PageFault.tsx';
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
  validateSearch: readOverviewSearch,
  // A key that may ask but not look has one page.
  beforeLoad: async ({ context }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (session.signed_in && !session.scopes.includes('read')) redirect({ to: '/playground', throw: true });
  },
  component: lazyRouteComponent(() => import('./pages/overview/OverviewPage.tsx'), 'OverviewPage'),
});

const requests = createRoute({
  getParentRoute: () => inside,
  path: '/requests',
  validateSearch: readRequestsSearch,
  component: lazyRouteComponent(() => import('./pages/requests/RequestsPage.tsx'), 'RequestsPage'),
});

const story = createRoute({
  getParentRoute: () => inside,
  path: '/requests/$id',
  component: lazyRouteComponent(() => import('./pages/story/StoryPage.tsx'), 'StoryPage'),
});

/** Without it, an empty rest of an address would be taken for a model's id. */
const modelsBranch = createRoute({ getParentRoute: () => inside, path: '/models' });

const models = createRoute({
  getParentRoute: () => modelsBranch,
  path: '/',
  validateSearch: readModelsSearch,
  component: lazyRouteComponent(() => import('./pages/models/ModelsPage.tsx'), 'ModelsPage'),
});

const model = createRoute({
  getParentRoute: () => modelsBranch,
  // A model's id has slashes in it.
  path: '$',
  validateSearch: readAsOf,
  component: lazyRouteComponent(() => import('./pages/model/ModelPage.tsx'), 'ModelPage'),
});

const whatIf = createRoute({
  getParentRoute: () => inside,
  path: '/what-if',
  validateSearch: readWhatIfSearch,
  component: lazyRouteComponent(() => import('./pages/whatIf/WhatIfPage.tsx'), 'WhatIfPage'),
});

const playground = createRoute({
  getParentRoute: () => inside,
  path: '/playground',
  component: lazyRouteComponent(() => import('./pages/playground/PlaygroundPage.tsx'), 'PlaygroundPage'),
});

const jobs = createRoute({
  getParentRoute: () => inside,
  path: '/jobs',
  component: lazyRouteComponent(() => import('./pages/jobs/JobsPage.tsx'), 'JobsPage'),
});

const keys = createRoute({
  getParentRoute: () => inside,
  path: '/keys',
  validateSearch: readKeysSearch,
  component: lazyRouteComponent(() => import('./pages/keys/KeysPage.tsx'), 'KeysPage'),
});

export function createPageRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([
      signIn,
      inside.addChildren([
        overview,
        requests,
        story,
        modelsBranch.addChildren([models, model]),
        whatIf,
        playground,
        jobs,
        keys,
      ]),
    ]),
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
