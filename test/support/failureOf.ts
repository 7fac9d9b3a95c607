// The failure that a provider's call ended with: anything else, success included, fails the test.
import { type Failure, ProviderError } from '../../src/providers/provider.ts';

export async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<Failure> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof ProviderError) return error.failure;
    throw error;
  }
  throw new Error('nothing failed');
}
