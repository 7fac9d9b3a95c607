// A queue for processes that seldom use one: its connections are opened by the first job.
import { type JobQueue, type QueueSettings, openQueue } from './queue.ts';

export function createLazyQueue(settings: QueueSettings): JobQueue {
  let queue: JobQueue | undefined;
  return {
    async enqueue(name, key, data) {
      queue ??= openQueue(settings);
      await queue.enqueue(name, key, data);
    },
    async close() {
      await queue?.close();
    },
  };
}
