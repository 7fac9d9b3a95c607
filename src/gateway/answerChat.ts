// ★ The story of one request, in order: describe → decide → record the decision beside the first call → call → price →
// record the end → answer. The caller hears nothing before all of it is durable.
import { RouterError } from '../domain/errors.ts';
import { toRecord, walkChain } from './attempts.ts';
import { type WholeCall, callWhole } from './callWhole.ts';
import type { RoutedRequest, WholeAnswer } from './gateway.ts';
import { type Story, type StoryTools, beginStory, endStory, toAnswered, toCallerError, warningsOf } from './story.ts';

export async function answerChat(request: RoutedRequest, tools: StoryTools): Promise<WholeAnswer> {
  const story = await beginStory(request, tools);
  const walked = await orRecorded(
    story,
    walkChain<WholeCall>(story.call, callWhole(request.chat, story.call.inputTokens), tools),
    tools,
  );
  const failed = walked.failures.map(({ record }) => record);
  if (!walked.ok) {
    const error = toCallerError(story, walked.failures);
    await endStory(story, { records: failed, error, cancelled: request.signal.aborted }, tools);
    throw error;
  }
  const { target, value } = walked;
  const { answer, usage } = value;
  const { status, providerRequestId, servedModel } = answer;
  const record = toRecord(story.call, target, { usage, status, providerRequestId, servedModel }, tools.clock);
  tools.onAttempt(record);
  const end = await endStory(
    story,
    { records: [...failed, record], model: target.model, usage, cancelled: false },
    tools,
  );
  return {
    ...toAnswered(story, target.model, end, warningsOf(story, target.effort, answer.warnings)),
    completion: answer.completion,
    ...(answer.native ? { native: answer.native } : {}),
  };
}

/** A fault of ours ends the request like any other failure: it is recorded before it is thrown on. */
export async function orRecorded<T>(story: Story, work: Promise<T>, tools: StoryTools): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const told = new RouterError('internal_error', 'The router failed by a fault of its own.', {}, { cause: error });
    await endStory(story, { records: [], error: told, cancelled: false }, tools);
    throw error;
  }
}
