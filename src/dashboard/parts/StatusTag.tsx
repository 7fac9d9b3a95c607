// Whether a model may be chosen.

const LOOKS: Readonly<Record<string, string>> = {
  active: 'tag tag-good',
  deprecated: 'tag tag-warn',
  retired: 'tag tag-bad',
};

export function StatusTag({ status }: { readonly status: string }) {
  return <span className={LOOKS[status] ?? 'tag'}>{status}</span>;
}
