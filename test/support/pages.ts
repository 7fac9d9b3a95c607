// The pages of the dashboard, for tests that walk them all.
import type { Look } from './browser.ts';

export const LOOKS: readonly Look[] = [
  { width: 1280, scheme: 'light' },
  { width: 1280, scheme: 'dark' },
  { width: 390, scheme: 'light' },
  { width: 390, scheme: 'dark' },
];

/** `:id` and `:model` stand for a request that was really made, and what answered it. */
export const PAGES = [
  { name: 'overview', path: '/', heading: 'Overview' },
  { name: 'requests', path: '/requests', heading: 'Requests' },
  { name: 'request', path: '/requests/:id', heading: 'Request' },
  { name: 'models', path: '/models', heading: 'Models' },
  { name: 'model', path: '/models/:model', heading: '' },
  { name: 'what-if', path: '/what-if?normal=80-10-10&fast=40-30-30&quality=5-5-20', heading: 'What if' },
  { name: 'playground', path: '/playground', heading: 'Playground' },
  { name: 'jobs', path: '/jobs', heading: 'Jobs' },
  { name: 'keys', path: '/keys', heading: 'Keys and budgets' },
] as const;

/** Other states of them. */
export const STATES = [
  { name: 'overview-by-model', path: '/?range=24h&group=model&measure=requests', heading: 'Overview' },
  { name: 'overview-latency', path: '/?range=24h&measure=latency', heading: 'Overview' },
  { name: 'overview-empty', path: '/?from=2020-01-01&to=2020-01-02', heading: 'Overview' },
  { name: 'requests-none', path: '/requests?outcome=failed', heading: 'Requests' },
] as const;
