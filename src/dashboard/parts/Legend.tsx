// Which colour is what.

type Props = { readonly series: readonly { readonly label: string; readonly colour: string }[] };

export function Legend({ series }: Props) {
  return (
    <ul className="legend">
      {series.map(({ label, colour }) => (
        <li key={label}>
          <i style={{ background: colour }} />
          {label}
        </li>
      ))}
    </ul>
  );
}
