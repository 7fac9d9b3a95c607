// The natural language of a text, guessed from its script and its commonest little words. Pure; undefined when it cannot tell.

const SCRIPTS: readonly (readonly [language: string, pattern: RegExp])[] = [
  ['ja', /[\u3040-\u30ff]/],
  ['ko', /[\uac00-\ud7af]/],
  ['zh', /[\u3400-\u9fff]/],
  ['ru', /[\u0400-\u04ff]{3}/],
  ['ar', /[\u0600-\u06ff]{3}/],
];

const LITTLE_WORDS: readonly (readonly [language: string, pattern: RegExp])[] = [
  ['en', wordsOf('the and is are of to in that it for with was this you not have my at from what how please')],
  ['de', wordsOf('der die das und ist nicht ein eine ich mir mit auf für den dem zu von wir sie wie bitte kein noch')],
  ['fr', wordsOf('le la les des est et un une je pas que pour dans du au avec sur ce vous nous mon il elle qui')],
  ['es', wordsOf('el los las es y un una que no por para con del al en me mi lo se su está pero como muy')],
  ['it', wordsOf('il gli che è e un una non per con di del della sono ho ti mi si ma come questo al ha')],
  ['pt', wordsOf('o os as é e um uma não que para com do da em no na por se mais seu você eu')],
];

export function guessLanguage(text: string): string | undefined {
  for (const [language, pattern] of SCRIPTS) if (pattern.test(text)) return language;
  let guess: string | undefined;
  let most = 1;
  for (const [language, pattern] of LITTLE_WORDS) {
    const hits = text.match(pattern)?.length ?? 0;
    if (hits > most) [guess, most] = [language, hits];
  }
  return guess;
}

function wordsOf(words: string): RegExp {
  return new RegExp(`(?<![\\p{L}])(${words.split(' ').join('|')})(?![\\p{L}])`, 'giu');
}
