/** Collects the parameters of one statement under names of their own. */
import type { Statement } from './statement.ts';

export class Params {
  readonly params: Statement['params'] = {};
  readonly types: Statement['types'] = {};
  readonly #names = new Map<string, string>();

  /** @returns `@name`; the same value of the same type has one name */
  add(value: unknown, type: string): string {
    const key = JSON.stringify([type, value]);
    const name = this.#names.get(key) ?? `p_${this.#names.size}`;
    this.#names.set(key, name);
    this.params[name] = value;
    this.types[name] = type;
    return `@${name}`;
  }

  /** @returns `@name` of an array parameter */
  addArray(values: readonly unknown[], type: string): string {
    const key = JSON.stringify([[type], values]);
    const name = this.#names.get(key) ?? `p_${this.#names.size}`;
    this.#names.set(key, name);
    this.params[name] = [...values];
    this.types[name] = [type];
    return `@${name}`;
  }

  /** Takes in what `matchSubjects` made. */
  merge({ params, types }: Pick<Statement, 'params' | 'types'>): void {
    Object.assign(this.params, params);
    Object.assign(this.types, types);
  }
}
