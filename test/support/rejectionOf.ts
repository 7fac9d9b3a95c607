// The error that a promise was rejected with: a promise that holds fails the test.

export async function rejectionOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error('rejected with something that is no Error', { cause: error });
  }
  throw new Error('nothing was rejected');
}
