// What the dialogs of keys and orgs send: what was changed, and nothing that was only shown.
import { expect } from 'chai';
import type { Key, Org } from '../../../src/dashboard/api/accounts.ts';
import {
  keyTexts,
  orgTexts,
  toKeyChange,
  toList,
  toOrgChange,
} from '../../../src/dashboard/pages/keys/settingsForm.ts';

const LIMITS = { requests_per_min: 7, tokens_per_min: null, concurrent: null };
const KEY: Key = {
  id: 'k',
  org_id: 'o',
  user_email: 'owner',
  prefix: 'abcdefgh',
  scopes: ['read', 'chat'],
  created_at: '2026-11-25T08:00:00.000Z',
  expires_at: '2026-12-01T10:11:12.131Z',
  revoked_at: null,
  last_used_at: null,
  limits: LIMITS,
  allowed_models: [],
  allowed_ips: ['192.0.2.7'],
};
const ORG: Org = {
  id: 'o',
  name: 'local',
  baseline_model: 'openai/a',
  allowed_models: null,
  limits: LIMITS,
  markup: null,
  capture_content_days: 30,
  created_at: '2026-11-25T08:00:00.000Z',
};

describe('the dialogs of keys and orgs', () => {
  it('send nothing when nothing was changed, whatever a text cannot say', () => {
    expect(toKeyChange(keyTexts(KEY), { ...keyTexts(KEY), scopes: ['chat', 'read'] })).to.deep.equal({});
    expect(toOrgChange(orgTexts(ORG), orgTexts(ORG))).to.deep.equal({});
  });

  it('send what was changed alone, and an empty text as no limit', () => {
    const texts = { ...keyTexts(KEY), requests_per_min: '', concurrent: '3', networks: '', models: ' openai/a, b\n' };
    expect(toKeyChange(keyTexts(KEY), texts)).to.deep.equal({
      limits: { requests_per_min: null, concurrent: 3 },
      allowed_ips: null,
      allowed_models: ['openai/a', 'b'],
    });
    expect(toOrgChange(orgTexts(ORG), { ...orgTexts(ORG), baseline: ' ', days: '' })).to.deep.equal({
      baseline_model: null,
      capture_content_days: null,
    });
  });

  it('take a list by lines or commas', () => {
    expect(toList('a\n b ,c\n\n')).to.deep.equal(['a', 'b', 'c']);
    expect(toList(' \n ')).to.equal(null);
  });
});
