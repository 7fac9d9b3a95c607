// The JSON schema of config/models.yaml, for editors: written to config/models.schema.json, and held equal to the code by a test.
import { z } from 'zod';
import { ModelsFile } from './schema.ts';

export function modelsJsonSchema(): string {
  // What a person writes, not what it is read into: times are texts, and prices may be numbers in YAML.
  const schema = z.toJSONSchema(ModelsFile, { io: 'input', unrepresentable: 'any', override: allowNumbers });
  return `${JSON.stringify({ title: 'config/models.yaml', ...schema }, null, 2)}\n`;
}

const PRICES: ReadonlySet<string> = new Set([
  'input',
  'output',
  'cached_input',
  'cache_write_5m',
  'cache_write_1h',
  'reasoning',
  'utc_start',
  'utc_end',
]);

/** The loader keeps the digits of a number in a price as text, so both may stand there. */
function allowNumbers({ jsonSchema }: { jsonSchema: { properties?: Record<string, unknown> } }): void {
  for (const [name, property] of Object.entries(jsonSchema.properties ?? {})) {
    const { type } = property as { type?: unknown };
    if (PRICES.has(name) && type === 'string') Object.assign(property as object, { type: ['string', 'number'] });
  }
}
