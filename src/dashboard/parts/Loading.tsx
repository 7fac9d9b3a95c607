// Something is on its way.

export function Loading() {
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">Loading…</span>
      <i />
      <i />
      <i />
    </div>
  );
}
