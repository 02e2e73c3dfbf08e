/** A place in the token list, and the questions that the parser asks of it. */
import type { Identifier } from './ast.ts';
import { isReserved } from './keywords.ts';
import { type Position, syntaxError, type Token, tokenize } from './lexer.ts';

export class TokenCursor {
  readonly sql: string;
  readonly #tokens: Token[];
  #index = 0;
  /** How many `?` came so far. */
  positional = 0;

  constructor(sql: string) {
    this.sql = sql;
    this.#tokens = tokenize(sql);
  }

  get token(): Token {
    return this.peek(0);
  }

  get at(): Position {
    return this.token.at;
  }

  peek(ahead: number): Token {
    const token = this.#tokens[this.#index + ahead] ?? this.#tokens.at(-1);
    if (token === undefined) throw new Error('a token list has an end token');
    return token;
  }

  next(): Token {
    const { token } = this;
    this.#index++;
    return token;
  }

  /** Whether these keywords and symbols come next. */
  is(...words: string[]): boolean {
    return words.every((word, ahead) => matches(this.peek(ahead), word));
  }

  isAnyOf(words: readonly string[]): boolean {
    return words.some((word) => matches(this.token, word));
  }

  /** Takes them if they come next. */
  take(...words: string[]): boolean {
    if (!this.is(...words)) return false;
    this.#index += words.length;
    return true;
  }

  expect(...words: string[]): void {
    for (const word of words) if (!this.take(word)) throw this.unexpected(word);
  }

  /** A name: in backticks, or not reserved. */
  identifier(): Identifier {
    const { token } = this;
    if (token.kind === 'quoted' || (token.kind === 'name' && !isReserved(token.text))) {
      this.next();
      return { name: token.value, at: token.at };
    }
    throw this.unexpected('identifier');
  }

  isIdentifier(): boolean {
    const { kind, text } = this.token;
    return kind === 'quoted' || (kind === 'name' && !isReserved(text));
  }

  /** Behind a dot even reserved words are names. */
  identifierAfterDot(): Identifier {
    const { token } = this;
    if (token.kind !== 'quoted' && token.kind !== 'name') throw this.unexpected('identifier');
    this.next();
    return { name: token.value, at: token.at };
  }

  /** Nothing stood between this token and the one before. */
  isAdjacent(ahead = 0): boolean {
    return this.peek(ahead - 1).end === this.peek(ahead).start;
  }

  unexpected(expected?: string): Error {
    const { kind, text, at } = this.token;
    const wanted = expected === undefined ? '' : `Expected ${describe(expected)} but got `;
    if (kind === 'end')
      return syntaxError(`${expected === undefined ? 'Unexpected ' : wanted}end of script`, at);
    const got =
      kind === 'name'
        ? `${isReserved(text) ? 'keyword' : 'identifier'} ${isReserved(text) ? text.toUpperCase() : JSON.stringify(text)}`
        : kind === 'quoted'
          ? `identifier ${text}`
          : kind === 'symbol'
            ? JSON.stringify(text)
            : kind === 'string'
              ? `string literal ${text}`
              : `${kind} ${JSON.stringify(text)}`;
    return syntaxError(`${expected === undefined ? 'Unexpected ' : wanted}${got}`, at);
  }

  /** Where one can come back to. */
  mark(): number {
    return this.#index;
  }

  reset(mark: number): void {
    this.#index = mark;
  }
}

function matches({ kind, text }: Token, word: string): boolean {
  return kind === 'symbol' ? text === word : kind === 'name' && text.toUpperCase() === word;
}

function describe(expected: string): string {
  if (expected === 'identifier' || expected.includes(' ')) return expected;
  return /^[A-Z]/.test(expected) ? `keyword ${expected}` : JSON.stringify(expected);
}
