// ★ The story of one streamed request: as `answerChat` up to the first token, then the pieces as they come. The last of them, and
// with it the end, is held back until the record is durable; a stream that breaks ends in an error, never in a clean close.
import { RouterError } from '../domain/errors.ts';
import type { EventData } from '../domain/events.ts';
import { type Chunk, type Failure, ProviderError } from '../providers/provider.ts';
import { orRecorded } from './answerChat.ts';
import { type FailedAttempt, type Target, toRecord, walkChain } from './attempts.ts';
import { type OpenedStream, callStream, commits } from './callStream.ts';
import type { AnswerStream, RoutedRequest, StreamPiece, StreamStart } from './gateway.ts';
import { type Story, type StoryTools, beginStory, endStory, toAnswered, toCallerError, warningsOf } from './story.ts';
import { type Tally, createTally } from './tally.ts';

/** Resolves at the first token. @throws RouterError when there is none; it is recorded before it is thrown. */
export async function streamChat(
  request: RoutedRequest,
  tools: StoryTools,
  onDecided?: (start: StreamStart) => void,
): Promise<AnswerStream> {
  const story = await beginStory(request, tools);
  tellFirst(story, tools, onDecided);
  const run = callStream(request.chat, () => tools.clock.monotonicMs());
  const walked = await orRecorded(story, walkChain<OpenedStream>(story.call, run, tools), tools);
  if (!walked.ok) {
    const error = toCallerError(story, walked.failures);
    const records = walked.failures.map(({ record }) => record);
    await endStory(story, { records, error, cancelled: request.signal.aborted }, tools);
    throw error;
  }
  const { target, value: opened, failures } = walked;
  const { model } = target;
  return {
    start: {
      requestId: request.requestId,
      model: { id: model.id, provider: model.provider, modelName: model.modelName },
      attempts: target.attempt,
      fallback: story.decided.decision.outcome.chain[0]?.modelId !== model.id,
      warnings: warningsOf(story, target.effort, opened.warnings),
      simulated: tools.simulated,
    },
    pieces: relay({ story, target, opened, failures, tally: createTally(story.call.inputTokens) }, tools),
  };
}

function tellFirst({ request, call }: Story, { simulated }: StoryTools, tell?: (start: StreamStart) => void): void {
  const model = call.chain[0]?.model;
  if (!model) return;
  const named = { id: model.id, provider: model.provider, modelName: model.modelName };
  tell?.({ requestId: request.requestId, model: named, attempts: 1, fallback: false, warnings: [], simulated });
}

type Relay = {
  readonly story: Story;
  readonly target: Target;
  readonly opened: OpenedStream;
  readonly failures: readonly FailedAttempt[];
  readonly tally: Tally;
};

async function* relay(now: Relay, tools: StoryTools): AsyncGenerator<StreamPiece> {
  const { story, target, opened, tally } = now;
  // From the first finish reason on, until something more is said (another choice goes on): the end of the answer, if it is the end.
  let held: Chunk[] = [];
  let settled = false;
  try {
    for await (const chunk of chunksOf(now)) {
      tally.add(chunk);
      if (held.length > 0 ? !commits(chunk) || isLast(chunk) : isLast(chunk)) held.push(chunk);
      else {
        for (const kept of held) yield { kind: 'chunk', chunk: kept };
        held = [];
        yield { kind: 'chunk', chunk };
      }
    }
    settled = true;
    const { end } = await settle(now, undefined, tools);
    yield {
      kind: 'end',
      last: held,
      answered: toAnswered(story, target.model, end, warningsOf(story, target.effort, opened.warnings)),
    };
  } catch (error) {
    const recorded = settled;
    settled = true;
    yield { kind: 'failed', error: recorded ? asRouterError(error) : await breakOff(now, error, tools) };
  } finally {
    target.deadline.stop();
    // Whoever listened has left in the middle.
    if (!settled) {
      await opened.rest.return?.();
      await settle(now, LEFT, tools);
    }
  }
}

/** What has come, then what comes, each token within its time; a slow reader does not count against the provider. */
async function* chunksOf({ opened, target }: Relay): AsyncGenerator<Chunk> {
  const { deadline, timeouts } = target;
  yield* opened.head;
  for (;;) {
    deadline.arm(timeouts.idleMs, 'the provider stopped in the middle of its answer');
    const next = await opened.rest.next();
    deadline.pause();
    if (next.done) return;
    yield next.value;
  }
}

function isLast(chunk: Chunk): boolean {
  return chunk.kind === 'delta' && chunk.choices.some(({ finish_reason }) => finish_reason !== null);
}

/** Records what broke the stream, and says it as a caller may hear it. */
async function breakOff(now: Relay, error: unknown, tools: StoryTools): Promise<RouterError> {
  const failure: Failure = error instanceof ProviderError ? error.failure : OURS;
  try {
    const settled = await settle(now, failure, tools);
    return error instanceof ProviderError && settled.error ? settled.error : asRouterError(error);
  } catch (cause) {
    return asRouterError(cause);
  }
}

const LEFT: Failure = { kind: 'cancelled', message: 'the caller went away' };
const OURS: Failure = { kind: 'cancelled', message: 'the router failed by a fault of its own' };

function asRouterError(error: unknown): RouterError {
  if (error instanceof RouterError) return error;
  return new RouterError('internal_error', 'The router failed by a fault of its own.', {}, { cause: error });
}

type Settled = { readonly end: EventData<'RequestCompleted'>; readonly error: RouterError | undefined };

async function settle(now: Relay, failure: Failure | undefined, tools: StoryTools): Promise<Settled> {
  const { story, target, opened, failures, tally } = now;
  const usage = tally.usage(!failure);
  const { status, providerRequestId, firstTokenMs } = opened;
  const { servedModel } = tally;
  const ended = { failure, usage, status, providerRequestId, firstTokenMs, servedModel };
  const record = toRecord(story.call, target, ended, tools.clock);
  tools.onAttempt(record);
  const records = [...failures.map((failed) => failed.record), record];
  const error =
    failure && (failure === OURS ? asRouterError(failure) : toCallerError(story, [...failures, { record, failure }]));
  const cancelled = failure === LEFT || story.request.signal.aborted;
  const end = await endStory(story, { records, model: target.model, usage, firstTokenMs, error, cancelled }, tools);
  return { end, error };
}
