// Every route of the API, one line each.
import { account } from './account.ts';
import { adminBudgets, adminDeleteBudget, adminSetBudget } from './adminBudgets.ts';
import { adminChangeKey, adminCreateKey, adminKeys, adminRevokeKey, adminRotateKey } from './adminKeys.ts';
import { adminHeld, adminRejectHeld, adminReleaseHeld } from './adminHeld.ts';
import { adminJobs, adminRunJob } from './adminJobs.ts';
import { adminChangeOrg, adminCreateOrg, adminCreateUser, adminOrgs, adminUsers } from './adminOrgs.ts';
import { adminRerate } from './adminRerate.ts';
import { agentStep } from './agentStep.ts';
import { chat } from './chat.ts';
import { chatCompletions } from './chatCompletions.ts';
import { health, ready } from './health.ts';
import { live } from './live.ts';
import { metrics } from './metrics.ts';
import { modelChanges } from './modelChanges.ts';
import { modelPerformance } from './modelPerformance.ts';
import { countTokens, messages } from './messages.ts';
import { model, models } from './models.ts';
import { policy } from './policy.ts';
import { withReference } from './reference.ts';
import { requestContent } from './requestContent.ts';
import { requestFeedback } from './requestFeedback.ts';
import { requestReplay } from './requestReplay.ts';
import { requests } from './requests.ts';
import { requestStory } from './requestStory.ts';
import type { Route } from './route.ts';
import { routerDebug } from './routerDebug.ts';
import { session, signIn, signOut } from './session.ts';
import { stats } from './stats.ts';
import { usage } from './usage.ts';
import { whatIf } from './whatIf.ts';

export const ROUTES: readonly Route[] = withReference([
  health,
  ready,
  signIn,
  session,
  signOut,
  chat,
  agentStep,
  chatCompletions,
  messages,
  countTokens,
  models,
  modelPerformance,
  model,
  usage,
  routerDebug,
  requests,
  requestStory,
  account,
  adminOrgs,
  adminCreateOrg,
  adminChangeOrg,
  adminUsers,
  adminCreateUser,
  adminKeys,
  adminCreateKey,
  adminChangeKey,
  adminRotateKey,
  adminRevokeKey,
  adminBudgets,
  adminSetBudget,
  adminDeleteBudget,
  adminJobs,
  adminRunJob,
  adminHeld,
  adminReleaseHeld,
  adminRejectHeld,
  adminRerate,
  requestReplay,
  requestContent,
  requestFeedback,
  stats,
  metrics,
  live,
  modelChanges,
  policy,
  whatIf,
]);
