// `models.id`: the same for a model on every machine, whatever order the catalog came in.
import { uuidv5 } from './uuidv5.ts';

// Made once at random and fixed for ever.
const NAMESPACE = '7f1c2b7e-3d0a-4c55-9a54-0d3f8f0b6a21';

/** Of a model's id, `<provider>/<model_name>`. */
export function modelUuid(modelId: string): string {
  return uuidv5(NAMESPACE, modelId);
}
