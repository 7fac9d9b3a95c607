// Clients write out fields that they do not set as null; for us null is the same as nothing, wherever a request has fields of its own.
// What a caller defines (JSON schemas, arguments) is left as it is.

type Json = Readonly<Record<string, unknown>>;

/** A copy without the nulls of the request itself, of its messages and their parts, and of its tools. */
export function withoutNulls(body: unknown): unknown {
  if (!isObject(body)) return body;
  const { messages, tools, ...rest } = strip(body);
  return {
    ...rest,
    ...(messages === undefined ? {} : { messages: each(messages, cleanMessage) }),
    ...(tools === undefined ? {} : { tools: each(tools, cleanTool) }),
  };
}

function cleanMessage(message: Json): Json {
  const { content, ...rest } = strip(message);
  return content === undefined ? rest : { ...rest, content: each(content, cleanPart) };
}

function cleanPart(part: Json): Json {
  const { image_url: image, ...rest } = strip(part);
  return image === undefined ? rest : { ...rest, image_url: isObject(image) ? strip(image) : image };
}

function cleanTool(tool: Json): Json {
  const { function: fn, ...rest } = strip(tool);
  return fn === undefined ? rest : { ...rest, function: isObject(fn) ? strip(fn) : fn };
}

function each(list: unknown, clean: (item: Json) => Json): unknown {
  return Array.isArray(list) ? list.map((item: unknown) => (isObject(item) ? clean(item) : item)) : list;
}

function strip(value: Json): Json {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null));
}

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
