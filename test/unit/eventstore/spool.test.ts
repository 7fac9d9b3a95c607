import { expect } from 'chai';
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { SpoolFullError, type Spool, openSpool } from '../../../src/eventstore/spool.ts';
import { describeSpoolOwner } from '../../../src/eventstore/spoolOwner.ts';
import { type SpooledAppend, decodeRecords, encodeRecord } from '../../../src/eventstore/spoolRecord.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createRecordingLogger } from '../../support/logger.ts';
import { messageOf, sealAlerts } from '../../support/sealedEvents.ts';

function appendOf(message: string, expected: SpooledAppend['expected'] = 'none'): SpooledAppend {
  return { stream: `alpha-${message}`, events: sealAlerts([message]), expected };
}

function namesOf(appends: readonly SpooledAppend[]): string[] {
  return appends.flatMap(({ events }) => events.map(messageOf));
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise.then(() => undefined);
  } catch (error) {
    return error;
  }
}

describe('a record of the spool', () => {
  const appends = [appendOf('one'), appendOf('two ✓ \u0000', 7n), appendOf('three', 'any')];
  const records = appends.map(encodeRecord);
  const content = Buffer.concat(records);

  it('comes back as it was written', () => {
    expect(decodeRecords(content)).to.deep.equal({ appends, goodBytes: content.length, state: 'whole' });
  });

  it('is cut off when it is torn, at whatever byte', () => {
    const start = (records[0]?.length ?? 0) + (records[1]?.length ?? 0);
    for (let length = start + 1; length < content.length; length++) {
      const { appends: found, goodBytes, state } = decodeRecords(content.subarray(0, length));
      expect([found.length, goodBytes, state]).to.deep.equal([2, start, 'torn']);
    }
  });

  it('is torn too when the end of the file is zeros, as after a power cut', () => {
    const zeros = Buffer.concat([content, Buffer.alloc(5_000)]);
    expect(decodeRecords(zeros)).to.deep.equal({ appends, goodBytes: content.length, state: 'torn' });
  });

  it('is damage when any byte of it is flipped and whole records follow', () => {
    const start = records[0]?.length ?? 0;
    for (let at = start; at < start + (records[1]?.length ?? 0); at++) {
      const flipped = Buffer.from(content);
      flipped.writeUInt8((flipped[at] ?? 0) ^ 0x40, at);
      const { appends: found, goodBytes, state } = decodeRecords(flipped);
      expect([found.length, goodBytes, state]).to.deep.equal([1, start, 'damaged']);
    }
  });
});

describe('the spool', () => {
  let directory: string;
  let alive: Set<string>;
  const open: Spool[] = [];

  async function openFor(name: string, maxBytes = 1_000_000, logger = createRecordingLogger()): Promise<Spool> {
    alive.add(name);
    const owner = { name, isAlive: (other: string) => alive.has(other) };
    const spool = await openSpool({ directory, owner, maxBytes, clock: systemClock, logger });
    open.push(spool);
    return spool;
  }

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'omni-spool-'));
    alive = new Set();
  });
  afterEach(async () => {
    for (const spool of open.splice(0)) await spool.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('gives appends back oldest first and leaves nothing behind when it is empty', async () => {
    const spool = await openFor('a');
    await Promise.all(['1', '2', '3'].map((name) => spool.add(appendOf(name))));
    await spool.add(appendOf('4', 3n));
    expect(spool.depth).to.equal(4);
    expect(namesOf(await spool.peek(3))).to.deep.equal(['1', '2', '3']);
    await spool.remove(2);
    await spool.add(appendOf('5'));
    expect(spool.depth).to.equal(3);
    expect(namesOf(await spool.peek(10))).to.deep.equal(['3', '4']);
    await spool.remove(2);
    expect((await spool.peek(10)).map(({ stream }) => stream)).to.deep.equal(['alpha-5']);
    await spool.remove(1);
    expect([spool.depth, spool.bytes, spool.oldestAt]).to.deep.equal([0, 0, undefined]);
    await spool.close();
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('counts an append from the moment at which it comes', async () => {
    const spool = await openFor('a');
    const added = spool.add(appendOf('1'));
    expect(spool.depth).to.equal(1);
    await added;
    expect(spool.depth).to.equal(1);
  });

  it('refuses what does not fit, and new streams before old ones', async () => {
    const size = encodeRecord(appendOf('1')).length;
    const spool = await openFor('a', size * 2);
    await spool.add(appendOf('1'));
    expect(await failure(spool.add(appendOf('2')))).to.be.instanceOf(SpoolFullError);
    expect(await failure(spool.add(appendOf('3', 'any')))).to.equal(undefined);
    expect(namesOf(await spool.peek(5))).to.deep.equal(['1', '3']);
  });

  it('is taken over whole and in order when its owner has died, and not before', async () => {
    const dead = await openFor('dead');
    for (const name of ['1', '2', '3']) await dead.add(appendOf(name));
    const sibling = await openFor('sibling');
    await sibling.add(appendOf('own'));
    expect(await sibling.adopt()).to.equal(0);
    alive.delete('dead');
    expect(await sibling.adopt()).to.equal(3);
    expect(await sibling.adopt()).to.equal(0);
    expect(sibling.depth).to.equal(4);
    const found: string[] = [];
    for (let batch = await sibling.peek(9); batch.length > 0; batch = await sibling.peek(9)) {
      found.push(...namesOf(batch));
      await sibling.remove(batch.length);
    }
    expect(found).to.deep.equal(['own', '1', '2', '3']);
  });

  it('is taken over by one of two', async () => {
    const dead = await openFor('dead');
    await dead.add(appendOf('1'));
    const siblings = [await openFor('left'), await openFor('right')];
    alive.delete('dead');
    const counts = await Promise.all(siblings.map((spool) => spool.adopt()));
    expect(counts.toSorted((a, b) => a - b)).to.deep.equal([0, 1]);
  });

  it('moves on when the one who took it over dies too', async () => {
    const first = await openFor('first');
    await first.add(appendOf('1'));
    alive.delete('first');
    const second = await openFor('second');
    await second.add(appendOf('2'));
    alive.delete('second');
    const third = await openFor('third');
    expect(third.depth).to.equal(2);
  });

  it('loses nothing of an owner who was taken for dead and lives', async () => {
    const paused = await openFor('paused');
    await paused.add(appendOf('1'));
    alive.delete('paused');
    const sibling = await openFor('sibling');
    alive.add('paused');
    await paused.add(appendOf('2'));
    // The sibling may see the second one too: what is appended twice with the same ids counts once.
    expect(namesOf(await sibling.peek(9))).to.include('1');
    expect(namesOf(await paused.peek(9))).to.deep.equal(['2']);
  });

  it('cuts a torn tail off and goes on', async () => {
    const dead = await openFor('dead');
    await dead.add(appendOf('1'));
    appendFileSync(join(directory, 'dead', '000000001.spool'), encodeRecord(appendOf('2')).subarray(0, 40));
    alive.delete('dead');
    const logger = createRecordingLogger();
    const next = await openFor('next', undefined, logger);
    expect(namesOf(await next.peek(9))).to.deep.equal(['1']);
    expect(logger.lines.map(({ level }) => level)).to.deep.equal(['warn']);
  });

  it('keeps a damaged file whole, says so loudly, and uses what stands before the damage', async () => {
    const dead = await openFor('dead');
    for (const name of ['1', '2', '3']) await dead.add(appendOf(name));
    const path = join(directory, 'dead', '000000001.spool');
    const content = readFileSync(path);
    const at = encodeRecord(appendOf('1')).length + 60;
    content.writeUInt8((content[at] ?? 0) ^ 1, at);
    writeFileSync(path, content);
    alive.delete('dead');
    const logger = createRecordingLogger();
    const next = await openFor('next', undefined, logger);
    expect(next.damaged).to.equal(1);
    expect(namesOf(await next.peek(9))).to.deep.equal(['1']);
    await next.remove(1);
    expect(next.depth).to.equal(0);
    expect(readFileSync(join(directory, 'next', 'dead', '000000001.spool.damaged')).equals(content)).to.equal(true);
    expect(logger.lines.map(({ level }) => level)).to.deep.equal(['error']);
  });

  it('does not open where it cannot write', async () => {
    writeFileSync(join(directory, 'file'), '');
    const owner = { name: 'a', isAlive: () => true };
    const opening = openSpool({
      directory: join(directory, 'file'),
      owner,
      maxBytes: 1,
      clock: systemClock,
      logger: createRecordingLogger(),
    });
    expect(await failure(opening)).to.have.property('code', 'ENOTDIR');
  });
});

describe('the owner of a spool', () => {
  it('is alive as long as its process is, and another process with its id is not it', () => {
    const owner = describeSpoolOwner();
    expect(owner.isAlive(owner.name, 1e9)).to.equal(true);
    const [host, pid] = owner.name.split('_');
    expect(owner.isAlive(`${host}_${pid}_1`, 0)).to.equal(false);
    expect(owner.isAlive(`${host}_999999999_1`, 0)).to.equal(false);
  });

  it('of another host counts as alive until it has been silent for two minutes', () => {
    const owner = describeSpoolOwner();
    expect(owner.isAlive('elsewhere_1_1', 119_000)).to.equal(true);
    expect(owner.isAlive('elsewhere_1_1', 121_000)).to.equal(false);
  });
});
