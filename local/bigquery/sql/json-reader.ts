import type { Step } from './json-paths.ts';
import type { Json, JsonNumber } from './json-text.ts';

const BLANKS = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORDS: [string, null | boolean][] = [
  ['null', null],
  ['true', true],
  ['false', false],
];

class Malformed extends Error {}

/** Reads JSON text; of a key that comes twice the first counts, as in BigQuery and not as in JSON.parse. */
export class JsonReader {
  readonly #text: string;
  /** What a number becomes; `undefined` makes the text no JSON. */
  readonly #number: (source: string) => JsonNumber | undefined;
  #at = 0;

  constructor(text: string, number: (source: string) => JsonNumber | undefined) {
    this.#text = text;
    this.#number = number;
  }

  /** All of the text. `undefined`: not JSON. */
  whole(): Json | undefined {
    return this.#unlessMalformed(() => {
      const json = this.#value();
      this.#blanks();
      if (this.#at < this.#text.length) throw new Malformed();
      return json;
    });
  }

  /**
   * Goes along the path and reads what it finds there with `read`. What comes behind is not looked at, so it need not
   * be JSON. `undefined`: nothing there, or not JSON up to there.
   */
  find<Result>(path: readonly Step[], read: (reader: JsonReader) => Result): Result | undefined {
    return this.#unlessMalformed(() => this.#find(path, read));
  }

  #find<Result>(path: readonly Step[], read: (reader: JsonReader) => Result): Result | undefined {
    const [step, ...rest] = path;
    if (step === undefined) return read(this);
    this.#blanks();
    const open = this.#text[this.#at];
    if (open !== '{' && open !== '[') {
      this.#value();
      return undefined;
    }
    let index = 0;
    let found: Result | undefined;
    this.#each((key) => {
      if ((key ?? String(index)) === String(step)) found = this.#find(rest, read);
      else this.#value();
      index++;
      return found === undefined;
    });
    return found;
  }

  /** One value as compact text, with its numbers as they are and its keys in their order. */
  compact(): string {
    this.#blanks();
    const open = this.#text[this.#at];
    if (open === '"') return quote(this.#string());
    if (open !== '{' && open !== '[') return this.#scalarSource();
    const parts: string[] = [];
    this.#each((key) => {
      parts.push(key === undefined ? this.compact() : `${quote(key)}:${this.compact()}`);
      return true;
    });
    return open === '{' ? `{${parts.join(',')}}` : `[${parts.join(',')}]`;
  }

  /** The elements of an array, each read with `read`; `undefined`: no array. */
  elements<Result>(read: (reader: JsonReader) => Result): Result[] | undefined {
    this.#blanks();
    if (this.#text[this.#at] !== '[') return undefined;
    const elements: Result[] = [];
    this.#each(() => {
      elements.push(read(this));
      return true;
    });
    return elements;
  }

  /** The text of a scalar; null of JSON's null, `undefined` of objects and arrays. */
  scalar(): string | null | undefined {
    this.#blanks();
    const open = this.#text[this.#at];
    if (open === '{' || open === '[') {
      this.#value();
      return undefined;
    }
    if (open === '"') return this.#string();
    const source = this.#scalarSource();
    return source === 'null' ? null : source;
  }

  /** Calls for each member, at its value; until it says false. */
  #each(member: (key: string | undefined) => boolean): void {
    const isObject = this.#text[this.#at] === '{';
    const close = isObject ? '}' : ']';
    this.#at++;
    this.#blanks();
    if (this.#text[this.#at] === close) {
      this.#at++;
      return;
    }
    for (;;) {
      this.#blanks();
      let key: string | undefined;
      if (isObject) {
        key = this.#string();
        this.#blanks();
        this.#expect(':');
      }
      if (!member(key)) return;
      this.#blanks();
      if (this.#text[this.#at] === close) break;
      this.#expect(',');
    }
    this.#at++;
  }

  #value(): Json {
    this.#blanks();
    const open = this.#text[this.#at];
    if (open === '"') return this.#string();
    if (open === '[') {
      const items: Json[] = [];
      this.#each(() => {
        items.push(this.#value());
        return true;
      });
      return items;
    }
    if (open === '{') {
      const fields = new Map<string, Json>();
      this.#each((key = '') => {
        const value = this.#value();
        if (!fields.has(key)) fields.set(key, value);
        return true;
      });
      return fields;
    }
    const source = this.#scalarSource();
    const word = WORDS.find(([name]) => name === source);
    if (word) return word[1];
    const number = this.#number(source);
    if (number === undefined) throw new Malformed();
    return number;
  }

  #scalarSource(): string {
    const word = WORDS.find(([name]) => this.#text.startsWith(name, this.#at));
    const source = word ? word[0] : this.#match(NUMBER);
    if (source === undefined) throw new Malformed();
    if (word) this.#at += source.length;
    return source;
  }

  #string(): string {
    const source = this.#match(STRING);
    if (source === undefined) throw new Malformed();
    return source.includes('\\') ? (JSON.parse(source) as string) : source.slice(1, -1);
  }

  #blanks(): void {
    this.#match(BLANKS);
  }

  #expect(symbol: string): void {
    if (this.#text[this.#at] !== symbol) throw new Malformed();
    this.#at++;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #unlessMalformed<Result>(read: () => Result): Result | undefined {
    try {
      return read();
    } catch (error) {
      // Depth beyond the stack is no JSON that BigQuery takes either.
      if (error instanceof Malformed || error instanceof RangeError) return undefined;
      throw error;
    }
  }
}

function quote(text: string): string {
  return JSON.stringify(text)
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}
