// The schema that editors read is the one that the router checks by.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { modelsJsonSchema } from '../../../src/config/modelsSchema.ts';

describe('config/models.schema.json', () => {
  it('is what `npm run schema` writes', () => {
    expect(readFileSync('config/models.schema.json', 'utf8')).to.equal(modelsJsonSchema());
  });

  it('is named by the first line of config/models.yaml', () => {
    expect(readFileSync('config/models.yaml', 'utf8')).to.match(
      /^# yaml-language-server: \$schema=\.\/models\.schema\.json\n/,
    );
  });

  it('knows every section of the shipped file, and refuses keys that do not exist', () => {
    const schema = JSON.parse(modelsJsonSchema()) as {
      properties: Record<string, unknown>;
      additionalProperties: unknown;
    };
    const sections = Object.keys(parse(readFileSync('config/models.yaml', 'utf8')) as object);
    expect(Object.keys(schema.properties)).to.include.members(sections);
    expect(schema.additionalProperties).to.equal(false);
  });
});
