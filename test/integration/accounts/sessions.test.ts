// Sessions and sign-in links on a real database: what every web process takes, and what none does.
import { expect } from 'chai';
import { createSessions, SESSION_MS } from '../../../src/accounts/sessions.ts';
import { createSignInLink, redeemSignInLink } from '../../../src/accounts/signInLinks.ts';
import { createRandom, systemClock } from '../../../src/platform/clock.ts';
import { useDatabase } from '../../support/postgres.ts';

const random = createRandom(systemClock);
const DAY_MS = 86_400_000;

describe('sessions of the web page', () => {
  const database = useDatabase();
  let nowMs = systemClock.now();
  const clock = { ...systemClock, now: () => nowMs };
  const tools = () => ({ postgres: database.postgres, clock, random });

  it('are taken by every process on the same database, and hide the key', async () => {
    const { cookie, csrfToken } = await createSessions(tools()).create('omr_secret');
    expect(Buffer.from(cookie, 'base64url').toString('latin1')).to.not.include('omr_');
    expect(await createSessions(tools()).open(cookie)).to.include({ apiKey: 'omr_secret', csrfToken });
  });

  it('have each a token of their own', async () => {
    const sessions = createSessions(tools());
    const [one, other] = [await sessions.create('omr_a'), await sessions.create('omr_a')];
    expect(one.csrfToken).to.not.equal(other.csrfToken);
  });

  it('end after their time, and are nothing when made up', async () => {
    const sessions = createSessions(tools());
    const { cookie } = await sessions.create('omr_a');
    nowMs += SESSION_MS - 1;
    expect(await sessions.open(cookie)).to.not.equal(undefined);
    nowMs += 1;
    expect(await sessions.open(cookie)).to.equal(undefined);
    expect(await sessions.open('bm90IGEgc2Vzc2lvbiBhdCBhbGwsIGJ1dCBsb25nIGVub3VnaA')).to.equal(undefined);
  });

  it('begin by a link once', async () => {
    const token = await createSignInLink(tools(), 'omr_local');
    const both = await Promise.all([redeemSignInLink(tools(), token), redeemSignInLink(tools(), token)]);
    expect(both).to.have.members(['omr_local', undefined]);
    expect(await redeemSignInLink(tools(), token)).to.equal(undefined);
  });

  it('do not begin by a link that is old or made up', async () => {
    const token = await createSignInLink(tools(), 'omr_local');
    nowMs += DAY_MS + 1;
    expect(await redeemSignInLink(tools(), token)).to.equal(undefined);
    expect(await redeemSignInLink(tools(), 'bm9uZQ')).to.equal(undefined);
  });

  it('keep neither key nor token of a link in the database', async () => {
    const token = await createSignInLink(tools(), 'omr_local');
    const { rows } = await database.postgres.query<{ all: string }>(
      "select string_agg(encode(token_digest, 'hex') || encode(sealed_key, 'escape'), ' ') as all from sign_in_links",
    );
    expect(rows[0]?.all).to.be.a('string').that.does.not.include('omr_');
    expect(rows[0]?.all).to.not.include(Buffer.from(token, 'base64url').toString('hex'));
  });
});
