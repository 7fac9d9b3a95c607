// The whole router as its user starts it: the supervisor as a process of its own, with a data folder of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeEventStoreDb, openFakeEventStoreDb } from './eventStoreDbServer.ts';
import { until } from './until.ts';

export type System = {
  readonly url: string;
  readonly key: string;
  readonly databaseUrl: string;
  /** Where the log is, when it is not in that database. */
  readonly eventStoreUrl: string | undefined;
  readonly dataDir: string;
  readonly supervisor: ChildProcess;
  /** Everything printed so far. */
  output(): string;
  /** SIGINT, and the time until the supervisor has ended. */
  stop(): Promise<{ code: number | null; tookMs: number }>;
};

export type SystemSettings = {
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
};

const FROM_SOURCE = ['--import', 'tsx', 'src/start.ts', '--from-source'];

export function spawnSystem({ dataDir = newDataDir(), env = {}, command = FROM_SOURCE }: SystemSettings = {}): {
  supervisor: ChildProcess;
  dataDir: string;
  output: () => string;
  ended: Promise<number | null>;
} {
  const supervisor = spawn(process.execPath, command, {
    // A process group of its own: a test can press Ctrl-C on all of it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      OMNI_DATA_DIR: dataDir,
      PORT: '0',
      RATE_LIMIT_MAX: '1000000',
      ...env,
    },
  });
  let printed = '';
  for (const stream of [supervisor.stdout, supervisor.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => supervisor.once('exit', (code) => resolve(code)));
  return { supervisor, dataDir, output: () => printed, ended };
}

/** Mode 0755 by default: with 0700, as root, the database goes to the system's state folder instead. */
export function newDataDir(mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), 'omni-system-'));
  chmodSync(folder, mode);
  return folder;
}

/** @throws Error with everything printed, when it does not answer within 60 s */
export async function startSystem(settings: SystemSettings = {}): Promise<System> {
  const folder = settings.dataDir ?? newDataDir();
  const eventStoreUrl = settings.env?.['EVENTSTORE_URL'] ?? (await eventStoreFor(folder));
  const env = { ...settings.env, ...(eventStoreUrl === undefined ? {} : { EVENTSTORE_URL: eventStoreUrl }) };
  const { supervisor, dataDir, output, ended } = spawnSystem({ ...settings, dataDir: folder, env });
  const url = await until(
    () => {
      if (supervisor.exitCode !== null) throw new Error(`the system ended:\n${output()}`);
      return /curl -s (http:\S+?)\/v1\/chat/.exec(output())?.[1];
    },
    { within: 60_000, what: 'the system' },
  );
  return {
    url,
    key: readFileSync(join(dataDir, 'local-key'), 'utf8').trim(),
    databaseUrl: readFileSync(join(dataDir, 'database-url'), 'utf8').trim(),
    eventStoreUrl,
    dataDir,
    supervisor,
    output,
    async stop() {
      const begun = performance.now();
      supervisor.kill('SIGINT');
      const code = await ended;
      return { code, tookMs: performance.now() - begun };
    },
  };
}

const servers = new Map<string, Promise<FakeEventStoreDb>>();

/** With E2E_EVENTSTORE=loopback every system keeps its log in a loopback EventStoreDB, the same one after a restart. */
async function eventStoreFor(dataDir: string): Promise<string | undefined> {
  if (process.env['E2E_EVENTSTORE'] !== 'loopback') return undefined;
  const server = servers.get(dataDir) ?? openFakeEventStoreDb();
  servers.set(dataDir, server);
  return (await server).url;
}

export function removeDataDir(dataDir: string): void {
  if (existsSync(dataDir)) rmSync(dataDir, { recursive: true, force: true });
}
