// Tokens of a text estimated by kind of character: no tokenizer runs on the request path (it would cost 280 µs at 30 kB).
// docs/request-lifecycle.md tells the error on real texts. Pure.

// Tokens per character (per word for letters), fitted against o200k on prose and code in five languages.
const PER_WORD = 0.72;
const PER_LETTER = 0.098;
const PER_WIDE = 0.82;
// Accented letters split words more often than plain ones do.
const PER_ACCENT = 0.3;
const PER_DIGIT = 0.42;
const PER_MARK = 0.58;
const PER_LINE = 0.25;

export function estimateTokens(text: string): number {
  let letters = 0;
  let accents = 0;
  let words = 0;
  let wide = 0;
  let digits = 0;
  let marks = 0;
  let lines = 0;
  let inWord = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 0xc0 && code < 0x2000);
    if (isLetter) {
      letters += 1;
      if (code >= 0xc0) accents += 1;
      if (!inWord) words += 1;
    } else if (code >= 0x2e80) wide += 1;
    else if (code >= 48 && code <= 57) digits += 1;
    else if (code === 10) lines += 1;
    else if (code > 32) marks += 1;
    inWord = isLetter;
  }
  return Math.ceil(
    words * PER_WORD +
      letters * PER_LETTER +
      accents * PER_ACCENT +
      wide * PER_WIDE +
      digits * PER_DIGIT +
      marks * PER_MARK +
      lines * PER_LINE,
  );
}
