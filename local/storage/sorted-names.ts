import { compareNames } from './name-order.ts';

/** Changes beyond which a merge of everything is cheaper than moving the array's tail once per change. */
const SINGLE_CHANGES_MAX = 64;

/** Object names in listing order. Changes wait until the next look, so that a burst of them costs one merge. */
export class SortedNames {
  #sorted: string[] = [];
  readonly #added = new Set<string>();
  readonly #removed = new Set<string>();

  /** The name must not be there yet. */
  add(name: string): void {
    if (!this.#removed.delete(name)) this.#added.add(name);
  }

  /** The name must be there. */
  remove(name: string): void {
    if (!this.#added.delete(name)) this.#removed.add(name);
  }

  /** @returns all names in order; do not keep it across a change. */
  get names(): readonly string[] {
    const changes = this.#added.size + this.#removed.size;
    if (changes > SINGLE_CHANGES_MAX) this.#merge();
    else if (changes > 0) this.#moveSingly();
    this.#added.clear();
    this.#removed.clear();
    return this.#sorted;
  }

  #moveSingly(): void {
    for (const name of this.#removed) this.#sorted.splice(firstNotBefore(this.#sorted, name), 1);
    for (const name of this.#added) this.#sorted.splice(firstNotBefore(this.#sorted, name), 0, name);
  }

  #merge(): void {
    const added = [...this.#added].sort(compareNames);
    const merged: string[] = [];
    let next = 0;
    for (const name of this.#sorted) {
      if (this.#removed.has(name)) continue;
      for (
        let other = added[next];
        other !== undefined && compareNames(other, name) < 0;
        other = added[next]
      ) {
        merged.push(other);
        next += 1;
      }
      merged.push(name);
    }
    for (; next < added.length; next += 1) merged.push(added[next] as string);
    this.#sorted = merged;
  }
}

/** @returns the index of the first name that is not before `name`. */
export function firstNotBefore(names: readonly string[], name: string): number {
  return firstWhere(names, (other) => compareNames(other, name) >= 0);
}

/** @returns the index of the first name behind all that start with the prefix. */
export function firstBeyondPrefix(names: readonly string[], prefix: string): number {
  return firstWhere(names, (other) => compareNames(other, prefix) > 0 && !other.startsWith(prefix));
}

/** By bisection: `isPast` is false up to some name and true from there on. */
function firstWhere(names: readonly string[], isPast: (name: string) => boolean): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isPast(names[middle] as string)) high = middle;
    else low = middle + 1;
  }
  return low;
}
