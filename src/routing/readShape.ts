// Signals in the shape of a message rather than in its words: two languages, a text that is handed over, figures and conditions.
import { guessLanguage } from './guessLanguage.ts';
import type { TextTask } from './taskSignals.ts';

export type ShapeSignal = { readonly name: string; readonly task: TextTask; readonly weight: number };

const LONG_PART = 30;
const HANDED_OVER = 220;
const STORY = 900;

const FIGURE =
  /(?<![\p{L}\p{N}])(\d+([.,]\d+)?|two|three|four|five|six|seven|eight|nine|ten|half|third|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|hälfte|drittel|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|moitié|tiers|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|mitad|tercio)(?![\p{L}\p{N}])|[一二两三四五六七八九十百]+(?=[\p{Script=Han}])/giu;
const CONDITION =
  /(?<![\p{L}])(each|every|exactly|at (least|most)|not next to|to the left of|to the right of|all|nobody|none|either|neither|unless|only if|if|whoever|therefore|jeder?|jedes|genau|mindestens|höchstens|weder|entweder|nur wenn|falls|wenn|keiner|also|chaque|chacune?|exactement|au (moins|plus)|aucune?|seulement si|si|tous|toutes|donc|cada|exactamente|al menos|como (mucho|máximo)|ningun[oa]?|ni|solo si|todos|todas|entonces)(?![\p{L}])|每|恰好|至少|至多|只有|如果|都|不能|必须|任意/giu;
const CODE = /```|[{};]\s*$|^\s*at .+:\d+|=>|\d\d:\d\d:\d\d/mu;

export function readShape(text: string): ShapeSignal[] {
  const found: ShapeSignal[] = [];
  const [first = '', ...rest] = text.split(/\n\s*\n|[:\uff1a]\s*\n/u);
  const handed = rest.join('\n');
  if (handed.length >= HANDED_OVER && first.length <= 220) {
    found.push({ name: 'hands over a text', task: 'summarization', weight: 0.7 });
  }
  const isCode = CODE.test(text);
  if (!isCode && languagesIn(text).size > 1) {
    found.push({ name: 'holds two languages', task: 'translation', weight: 1.9 });
  }
  if (!isCode && text.length <= STORY && handed.length < HANDED_OVER) found.push(...puzzleSignals(text));
  return found;
}

/** Conditions and figures that hang together make a problem to be solved, also when it is told as a story. */
function puzzleSignals(text: string): ShapeSignal[] {
  const found: ShapeSignal[] = [];
  const figures = text.match(FIGURE)?.length ?? 0;
  const conditions = text.match(CONDITION)?.length ?? 0;
  if (figures >= 3) found.push({ name: 'states figures', task: 'reasoning', weight: figures >= 6 ? 1.8 : 1 });
  if (conditions >= 2)
    found.push({ name: 'states conditions', task: 'reasoning', weight: conditions >= 4 ? 1.4 : 0.8 });
  return found;
}

function languagesIn(text: string): ReadonlySet<string> {
  const parts = text
    .split(/\n\s*\n|:\s|\uff1a|["“”„«»「」]|(?<=[?!\uff1f\uff01\u3002])\s*/u)
    .filter((part) => part.length >= LONG_PART);
  return new Set(parts.map(guessLanguage).filter((language) => language !== undefined));
}
