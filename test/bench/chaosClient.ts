// The callers of the chaos run. They, and not the router, keep the list of what was answered whole; a call that neither ends nor fails
// within its deadline is hung.
const DEADLINE_MS = 45_000;
const BETWEEN_MS = 30;

export type Caller = { readonly url: string; readonly key: string; readonly signal: AbortSignal };
export type Heard = {
  /** Request ids of answers that came to their end: the JSON body, or `[DONE]`. */
  readonly whole: Set<string>;
  failed: number;
  broken: number;
  hung: number;
  open: number;
  mostOpen: number;
};

export function nothingHeard(): Heard {
  return { whole: new Set(), failed: 0, broken: 0, hung: 0, open: 0, mostOpen: 0 };
}

/** Calls one after the other until the signal comes; the last one is brought to its end. */
export async function keepCalling(stream: boolean, caller: Caller, heard: Heard): Promise<void> {
  while (!caller.signal.aborted) {
    await callOnce(stream, caller, heard);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
}

async function callOnce(stream: boolean, { url, key }: Caller, heard: Heard): Promise<void> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  let counted = false;
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'openai/gpt-5.4-mini', stream, messages: [{ role: 'user', content: 'steady' }] }),
      signal,
    });
    const requestId = response.headers.get('x-request-id') ?? '';
    if (stream && response.status === 200) {
      counted = true;
      heard.open += 1;
      heard.mostOpen = Math.max(heard.mostOpen, heard.open);
    }
    const text = await response.text();
    const whole = stream ? text.endsWith('data: [DONE]\n\n') : response.status === 200 && isJson(text);
    if (whole) heard.whole.add(requestId);
    else if (response.status === 200) heard.broken += 1;
    else heard.failed += 1;
  } catch (error) {
    // A connection that was refused or cut: the router was killed.
    if (signal.aborted) heard.hung += 1;
    else if (error instanceof TypeError) heard.failed += 1;
    else throw error;
  } finally {
    if (counted) heard.open -= 1;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
