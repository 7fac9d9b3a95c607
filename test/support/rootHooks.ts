// Ends what a whole mocha run shares.
import { stopTestServer } from './postgres.ts';

export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(20_000);
    await stopTestServer();
  },
};
