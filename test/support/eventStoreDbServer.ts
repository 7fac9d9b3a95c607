// A loopback gRPC server that answers as EventStoreDB 23.10 was measured to, built on the client's own service definitions.
// It proves the adapter against that behaviour, not against the server: a real one is used when TEST_EVENTSTORE_URL is set.
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import type * as StreamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type * as GossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import type * as GossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import type * as SharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type * as StreamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';

const require = createRequire(import.meta.url);
const pb = require('@eventstore/db-client/generated/streams_pb.js') as typeof StreamsPb;
const shared = require('@eventstore/db-client/generated/shared_pb.js') as typeof SharedPb;
const gossip = require('@eventstore/db-client/generated/gossip_pb.js') as typeof GossipPb;
const { GossipService } = require('@eventstore/db-client/generated/gossip_grpc_pb.js') as typeof GossipGrpc;
const { StreamsService } = require('@eventstore/db-client/generated/streams_grpc_pb.js') as typeof StreamsGrpc;

type Stored = {
  stream: string;
  revision: number;
  id: string;
  position: number;
  message: StreamsPb.AppendReq.ProposedMessage;
  created: string;
};
type Append = ServerReadableStream<StreamsPb.AppendReq, StreamsPb.AppendResp>;
type Read = ServerWritableStream<StreamsPb.ReadReq, StreamsPb.ReadResp>;

type Behaviour = 'well' | 'mute' | 'deaf' | 'strict';

export type FakeEventStoreDb = {
  readonly port: number;
  readonly url: string;
  /**
   * `mute`: takes calls and never answers. `deaf`: stores appends and never answers them. `strict`: knows nobody, as a server with
   * TLS answers to a wrong password.
   */
  behave(as: Behaviour): void;
  /** Ends all subscriptions as the server does with a consumer that is too slow. */
  endSubscriptions(): void;
  readonly subscriptions: number;
  stop(): Promise<void>;
};

/** A real one does at every 256th with the adapter's settings. */
const CHECKPOINT_EVERY = 16;

const UNAUTHENTICATED = { code: status.UNAUTHENTICATED, details: 'Unauthenticated', metadata: new Metadata() };

/** What outlives a server that is killed, and what the nodes of a cluster share: the log, and who follows it. */
export type ServerWorld = {
  readonly log: Stored[];
  readonly subscribers: Map<Read, (to: number) => void>;
};
export type ServerOptions = {
  readonly world?: ServerWorld;
  /** The same port again, after a restart. */
  readonly port?: number;
  /** The cluster as this node tells it; without it there is no gossip. */
  readonly members?: () => readonly { readonly port: number; readonly leader: boolean; readonly alive: boolean }[];
};

export function createServerWorld(): ServerWorld {
  return { log: [], subscribers: new Map() };
}

export async function openFakeEventStoreDb(options: ServerOptions = {}): Promise<FakeEventStoreDb> {
  const { log, subscribers } = options.world ?? createServerWorld();
  let behaviour: Behaviour = 'well';

  const append = (call: Append, answer: sendUnaryData<StreamsPb.AppendResp>) => {
    const messages: StreamsPb.AppendReq.ProposedMessage[] = [];
    let asked: StreamsPb.AppendReq.Options | undefined;
    call.on('data', (request: StreamsPb.AppendReq) => {
      const message = request.getProposedMessage();
      if (message) messages.push(message);
      asked ??= request.getOptions();
    });
    call.on('end', () => {
      if (behaviour === 'mute' || !asked) return;
      if (behaviour === 'strict') return answer(UNAUTHENTICATED);
      const response = store(log, asked, messages);
      for (const [, advance] of subscribers) advance(log.length);
      if (behaviour === 'well') answer(null, response);
    });
  };

  const read = (call: Read) => {
    const asked = call.request.getOptions();
    if (!asked || behaviour === 'mute') return;
    if (behaviour === 'strict') return void call.emit('error', UNAUTHENTICATED);
    if (asked.hasSubscription()) subscribe(call, asked, log, subscribers);
    else answerRead(call, asked, log);
  };

  // What a server writes for itself at each start: the newest event of a log need be none of ours.
  writeOwnEvent(log);

  const server = new Server({ 'grpc.max_receive_message_length': 8_000_000 });
  server.addService(StreamsService, { append, read });
  const { members } = options;
  if (members)
    server.addService(GossipService, {
      read: (_call: unknown, answer: sendUnaryData<GossipPb.ClusterInfo>) => answer(null, toClusterInfo(members())),
    });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${options.port ?? 0}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    port,
    url: `esdb://127.0.0.1:${port}?tls=false`,
    behave: (as) => {
      behaviour = as;
    },
    endSubscriptions() {
      for (const [call] of subscribers) {
        subscribers.delete(call);
        call.emit('error', { code: status.ABORTED, details: 'Consumer too slow', metadata: new Metadata() });
      }
    },
    get subscriptions() {
      return subscribers.size;
    },
    async stop() {
      subscribers.clear();
      server.forceShutdown();
    },
  };
}

function toClusterInfo(members: ReturnType<NonNullable<ServerOptions['members']>>): GossipPb.ClusterInfo {
  const { FOLLOWER, LEADER } = gossip.MemberInfo.VNodeState;
  return new gossip.ClusterInfo().setMembersList(
    members.map(({ port, leader, alive }) =>
      new gossip.MemberInfo()
        .setInstanceId(new shared.UUID().setString(`00000000-0000-4000-8000-${String(port).padStart(12, '0')}`))
        .setTimeStamp('0')
        .setState(leader ? LEADER : FOLLOWER)
        .setIsAlive(alive)
        .setHttpEndPoint(new gossip.EndPoint().setAddress('127.0.0.1').setPort(port)),
    ),
  );
}

function writeOwnEvent(log: Stored[]): void {
  const message = new pb.AppendReq.ProposedMessage()
    .setId(new shared.UUID().setString(randomUUID()))
    .setData(Buffer.from('{}'))
    .setCustomMetadata(Buffer.alloc(0));
  message.getMetadataMap().set('type', '$epoch-information').set('content-type', 'application/json');
  const stream = '$epoch-information';
  const revision = log.filter((event) => event.stream === stream).length;
  log.push({ stream, revision, id: message.getId()?.getString() ?? '', ...nextPlace(log), message });
}

/** A position for the next event, and its time in ticks of 100 ns since 1970, as the client reads them. */
function nextPlace(log: readonly Stored[]): Pick<Stored, 'position' | 'created'> {
  return { position: 100 + log.length * 7, created: `${Date.now()}0000` };
}

function store(
  log: Stored[],
  options: StreamsPb.AppendReq.Options,
  messages: readonly StreamsPb.AppendReq.ProposedMessage[],
): StreamsPb.AppendResp {
  const stream = nameOf(options.getStreamIdentifier());
  const own = log.filter((event) => event.stream === stream);
  const ids = messages.map((message) => message.getId()?.getString() ?? '');
  const expected = options.hasNoStream() ? -1 : options.hasRevision() ? Number(options.getRevision()) : own.length - 1;
  if (expected !== own.length - 1) {
    // A repeat is known by its ids alone, whatever the data, and only when all of them are there.
    const there = own.slice(expected + 1, expected + 1 + ids.length).map(({ id }) => id);
    const last = own[expected + ids.length];
    if (last && there.every((id, index) => id === ids[index])) return succeeded(last);
    return wrongVersion(own.length - 1, expected);
  }
  for (const [index, message] of messages.entries()) {
    const event = {
      stream,
      revision: own.length + index,
      id: ids[index] ?? '',
      ...nextPlace(log),
      message,
    };
    log.push(event);
  }
  const last = log.at(-1);
  if (!last) throw new Error('an append without events');
  return succeeded(last);
}

function succeeded({ revision, position }: Stored): StreamsPb.AppendResp {
  const at = new pb.AppendResp.Position().setCommitPosition(String(position)).setPreparePosition(String(position));
  return new pb.AppendResp().setSuccess(
    new pb.AppendResp.Success().setCurrentRevision(String(revision)).setPosition(at),
  );
}

function wrongVersion(current: number, expected: number): StreamsPb.AppendResp {
  const wrong = new pb.AppendResp.WrongExpectedVersion();
  if (current < 0) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(current));
  if (expected < 0) wrong.setExpectedNoStream(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  return new pb.AppendResp().setWrongExpectedVersion(wrong);
}

function answerRead(call: Read, options: StreamsPb.ReadReq.Options, log: readonly Stored[]): void {
  const backwards = options.getReadDirection() === pb.ReadReq.Options.ReadDirection.BACKWARDS;
  const of = options.getStream();
  const name = of ? nameOf(of.getStreamIdentifier()) : undefined;
  let events = name === undefined ? [...log] : log.filter(({ stream }) => stream === name);
  if (name !== undefined && events.length === 0) {
    call.write(
      new pb.ReadResp().setStreamNotFound(
        new pb.ReadResp.StreamNotFound().setStreamIdentifier(of?.getStreamIdentifier()),
      ),
    );
  }
  if (of?.hasRevision()) {
    const from = Number(of.getRevision());
    events = events.filter(({ revision }) => (backwards ? revision <= from : revision >= from));
  }
  const from = options.getAll()?.getPosition();
  if (from) events = events.filter(({ position }) => position < Number(from.getCommitPosition()));
  if (backwards) events.reverse();
  for (const event of events.slice(0, Number(options.getCount()))) call.write(toResponse(event));
  call.end();
}

function subscribe(
  call: Read,
  options: StreamsPb.ReadReq.Options,
  log: readonly Stored[],
  subscribers: Map<Read, (to: number) => void>,
): void {
  const prefixes = options.getFilter()?.getStreamIdentifier()?.getPrefixList() ?? [];
  const from = options.getAll()?.getPosition();
  let next = from ? log.findIndex(({ position }) => position > Number(from.getCommitPosition())) : 0;
  if (next < 0) next = log.length;
  let passed = 0;
  let live = false;
  const advance = (to: number) => {
    for (; next < to; next++) {
      const event = log[next];
      if (!event) return;
      const wanted = prefixes.some((prefix) => event.stream.startsWith(prefix));
      if (wanted) call.write(toResponse(event));
      if (++passed % CHECKPOINT_EVERY > 0) continue;
      // While it catches up a server tells where its next page began, as the place just before that event.
      call.write(checkpoint(event.position, live || wanted ? event.position : 0));
    }
  };
  call.write(
    new pb.ReadResp().setConfirmation(new pb.ReadResp.SubscriptionConfirmation().setSubscriptionId('subscription')),
  );
  subscribers.set(call, advance);
  call.on('cancelled', () => subscribers.delete(call));
  advance(log.length);
  call.write(new pb.ReadResp().setCaughtUp(new pb.ReadResp.CaughtUp()));
  live = true;
}

function checkpoint(commit: number, prepare: number): StreamsPb.ReadResp {
  return new pb.ReadResp().setCheckpoint(
    new pb.ReadResp.Checkpoint().setCommitPosition(String(commit)).setPreparePosition(String(prepare)),
  );
}

function toResponse({ stream, revision, position, message, created }: Stored): StreamsPb.ReadResp {
  const event = new pb.ReadResp.ReadEvent.RecordedEvent()
    .setId(message.getId())
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream).toString('base64')))
    .setStreamRevision(String(revision))
    .setCommitPosition(String(position))
    .setPreparePosition(String(position))
    .setData(message.getData())
    .setCustomMetadata(message.getCustomMetadata());
  for (const key of ['type', 'content-type']) {
    event.getMetadataMap().set(key, message.getMetadataMap().get(key) ?? '');
  }
  event.getMetadataMap().set('created', created);
  return new pb.ReadResp().setEvent(new pb.ReadResp.ReadEvent().setEvent(event).setCommitPosition(String(position)));
}

function nameOf(identifier: SharedPb.StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
}
