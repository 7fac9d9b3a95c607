// What the tests of real clients share: one router with simulated providers for what goes well, one with a vendor that fails for what
// does not, and what is asked of both.
import { after, beforeEach } from 'mocha';
import { type FaultProvider, openFaultProvider } from './faultProvider.ts';
import { type TestRouter, useRouter, withoutBreakers } from './router.ts';

export const MODEL = 'openai/gpt-5.4-mini';
export const QUESTION = 'What is the capital of France?';
/** A PNG of one pixel. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a city',
  schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
} as const;
export const PERSON = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
  additionalProperties: false,
} as const;

export type ClientWorld = {
  /** Simulated providers. */
  readonly good: () => TestRouter;
  /** `fault` answers. */
  readonly bad: () => TestRouter;
  readonly fault: () => FaultProvider;
};

/** Call inside `describe`. */
export function useClientWorld(): ClientWorld {
  let fault: FaultProvider | undefined;
  const vendor = (): FaultProvider => {
    if (!fault) throw new Error('the vendor of this suite is not open');
    return fault;
  };
  const good = useRouter();
  const bad = useRouter(async () => ({ providers: (fault = await openFaultProvider()), policy: withoutBreakers }));
  beforeEach(() => vendor().reset());
  after(() => fault?.close());
  return { good, bad, fault: vendor };
}
