// A model's id with the part that tells it apart standing out: `openai/` soft, `gpt-5.4-mini` not.

export function ModelName({ id }: { readonly id: string }) {
  const at = id.lastIndexOf('/') + 1;
  return (
    <span className="model-name">
      <span className="soft">{id.slice(0, at)}</span>
      {id.slice(at)}
    </span>
  );
}
