// Every route of the API, one line each.
import { agentStep } from './agentStep.ts';
import { chat } from './chat.ts';
import { chatCompletions } from './chatCompletions.ts';
import { health, ready } from './health.ts';
import { model, models } from './models.ts';
import { withReference } from './reference.ts';
import { requestStory } from './requestStory.ts';
import type { Route } from './route.ts';
import { routerDebug } from './routerDebug.ts';
import { session, signIn, signOut } from './session.ts';
import { usage } from './usage.ts';

export const ROUTES: readonly Route[] = withReference([
  health,
  ready,
  signIn,
  session,
  signOut,
  chat,
  agentStep,
  chatCompletions,
  models,
  model,
  usage,
  routerDebug,
  requestStory,
]);
