// Requests that no model answered, or would answer: there is no page to lead to.

/** What the API's groups by model call them. */
export const NO_MODEL = 'none';

export function NoModel() {
  return <span className="soft">no model</span>;
}
