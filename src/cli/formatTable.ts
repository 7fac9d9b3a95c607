// Rows as an aligned text table. Pure.

const MOST_LETTERS = 80;

export function formatTable(rows: readonly Record<string, unknown>[]): string {
  const [first] = rows;
  if (!first) return '(no rows)';
  const columns = Object.keys(first);
  const cells = rows.map((row) => columns.map((column) => toText(row[column])));
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) => text.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  const count = `(${rows.length} row${rows.length === 1 ? '' : 's'})`;
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line), count].join('\n');
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'bigint') return value.toString();
  const text =
    value instanceof Date
      ? value.toISOString()
      : typeof value === 'string'
        ? value
        : (JSON.stringify(value, bigintAsText) ?? '');
  const flat = text.replace(/\s+/g, ' ');
  return flat.length <= MOST_LETTERS ? flat : `${flat.slice(0, MOST_LETTERS - 1)}…`;
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
