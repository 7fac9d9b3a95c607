// Sealed events for tests: the smallest type, with a text to tell them apart.
import { type Draft, type StreamTail, sealEvents } from '../../src/eventstore/codec.ts';
import type { NewEvent } from '../../src/eventstore/eventStore.ts';
import { createRandom, systemClock } from '../../src/platform/clock.ts';

const random = createRandom(systemClock);
export const MADE_AT = '2026-11-25T00:00:00.000Z';

export function alert(message: string): Draft {
  return { type: 'AlertRaised', data: { at: MADE_AT, kind: 'test', subject: 'test', message } };
}

export function sealAlerts(messages: readonly string[], tail: StreamTail = null): NewEvent[] {
  return sealEvents(messages.map(alert), tail, { id: () => random.uuidv7(), madeAt: MADE_AT });
}

export function messageOf(event: Pick<NewEvent, 'data'>): string {
  return (event.data as { message: string }).message;
}
