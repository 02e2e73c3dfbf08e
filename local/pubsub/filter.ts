/**
 * Subscription filters: https://cloud.google.com/pubsub/docs/subscription-message-filter
 *
 *     attributes:KEY   attributes.KEY = "V"   attributes.KEY != "V"   hasPrefix(attributes.KEY, "V")
 *
 * combined by NOT (or -), AND, OR and parentheses. As in the real service, AND and OR cannot be mixed without
 * parentheses, and the operators are upper case.
 */
import { FILTER_BYTES_MAX } from './limits.ts';
import { invalidArgument } from './rpc-error.ts';

type Attributes = Record<string, string>;
export type Filter = (attributes: Attributes) => boolean;

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|!=|[A-Za-z_][A-Za-z0-9_-]*|[().,:=-])/y;

/**
 * @param text a subscription's filter; the empty text lets every message pass
 * @throws RpcError INVALID_ARGUMENT when it is too long or not in the language above
 */
export function parseFilter(text: string): Filter {
  if (text.trim() === '') return () => true;
  if (Buffer.byteLength(text) > FILTER_BYTES_MAX)
    throw invalidArgument(`The filter is longer than ${FILTER_BYTES_MAX} bytes.`);
  const parser = new Parser(tokenize(text), text);
  return parser.whole();
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  let position = 0;
  while (position < end) {
    TOKEN.lastIndex = position;
    const found = TOKEN.exec(text);
    if (found === null) throw wrong(text);
    tokens.push(found[1] ?? '');
    position = TOKEN.lastIndex;
  }
  return tokens;
}

function wrong(text: string) {
  return invalidArgument(`Invalid filter expression: ${text}`);
}

class Parser {
  readonly #tokens: string[];
  readonly #text: string;
  #next = 0;

  constructor(tokens: string[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  whole(): Filter {
    const filter = this.#combination();
    if (this.#next < this.#tokens.length) throw wrong(this.#text);
    return filter;
  }

  #combination(): Filter {
    const parts = [this.#term()];
    const operator = this.#peek();
    if (operator !== 'AND' && operator !== 'OR') return parts[0] as Filter;
    while (this.#accept(operator)) parts.push(this.#term());
    if (operator === 'AND') return (attributes) => parts.every((part) => part(attributes));
    return (attributes) => parts.some((part) => part(attributes));
  }

  #term(): Filter {
    if (this.#accept('NOT') || this.#accept('-')) {
      const inner = this.#term();
      return (attributes) => !inner(attributes);
    }
    if (this.#accept('(')) {
      const inner = this.#combination();
      this.#expect(')');
      return inner;
    }
    if (this.#accept('hasPrefix')) return this.#prefix();
    this.#expect('attributes');
    if (this.#accept(':')) {
      const key = this.#key();
      return (attributes) => Object.hasOwn(attributes, key);
    }
    return this.#comparison();
  }

  #prefix(): Filter {
    this.#expect('(');
    this.#expect('attributes');
    this.#expect('.');
    const key = this.#key();
    this.#expect(',');
    const prefix = this.#quoted();
    this.#expect(')');
    return (attributes) => Object.hasOwn(attributes, key) && (attributes[key] ?? '').startsWith(prefix);
  }

  #comparison(): Filter {
    this.#expect('.');
    const key = this.#key();
    const equal = this.#accept('=');
    if (!equal) this.#expect('!=');
    const value = this.#quoted();
    return (attributes) => (Object.hasOwn(attributes, key) && attributes[key] === value) === equal;
  }

  #key(): string {
    if (this.#peek()?.startsWith('"')) return this.#quoted();
    const key = this.#take();
    if (!/^[A-Za-z_]/.test(key)) throw wrong(this.#text);
    return key;
  }

  #quoted(): string {
    const token = this.#take();
    if (!token.startsWith('"')) throw wrong(this.#text);
    return token.slice(1, -1).replace(/\\(.)/g, '$1');
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  #take(): string {
    const token = this.#peek();
    if (token === undefined) throw wrong(this.#text);
    this.#next += 1;
    return token;
  }

  #accept(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#next += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw wrong(this.#text);
  }
}
