/**
 * Identifiers, and which of them are one person's, as far as the mapping tables have been asked. The tables are asked about
 * one level of identifiers after another; the graph says whom to ask about next, and what can be reached.
 */
import { type Subject, subjectKey } from './subject.ts';

/** What the links of a mapping table's row hold, in their order. */
export type LinkRow = readonly (string | null)[];

export interface Reached {
  /** Without the identifier that it began with. */
  found: Subject[];
  /** Those of them, and the first, that no mapping table has been asked about yet. */
  unasked: Subject[];
  /** There is more than may be found. */
  isCut: boolean;
}

export class LinkGraph {
  readonly #limit: number;
  readonly #asked = new Set<string>();
  readonly #crowded = new Set<string>();
  readonly #neighbours = new Map<string, Map<string, Subject>>();

  /** @param limit identifiers that may be found from one, and rows that one may have in a mapping table */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Identifiers that can be reached from these and were not asked about, each once. */
  unasked(subjects: readonly Subject[]): Subject[] {
    const all = subjects.flatMap((subject) => this.reach(subject).unasked);
    return [...new Map(all.map((subject) => [subjectKey(subject), subject])).values()];
  }

  markAsked(subjects: readonly Subject[]): void {
    for (const subject of subjects) this.#asked.add(subjectKey(subject));
  }

  /**
   * Takes in the rows that a mapping table has about some identifiers.
   * @param types of the links
   */
  takeIn(about: readonly Subject[], types: readonly string[], rows: readonly LinkRow[]): void {
    const keys = new Set(about.map(subjectKey));
    const counts = new Map<string, number>();
    for (const row of rows) {
      const identifiers = row.map((value, link) => toIdentifier(types[link], value));
      identifiers.forEach((identifier, link) => {
        if (identifier === undefined || !keys.has(identifier.key)) return;
        const place = `${link} ${identifier.key}`;
        const count = (counts.get(place) ?? 0) + 1;
        counts.set(place, count);
        // The statement gives no more rows of it: who is in the others is not known.
        if (count > this.#limit) this.#crowded.add(identifier.key);
      });
      this.#link(identifiers.filter((identifier) => identifier !== undefined));
    }
  }

  /** Breadth first, so that what is cut is what is farthest. */
  reach(from: Subject): Reached {
    const reached = new Map([[subjectKey(from), from]]);
    const unasked: Subject[] = [];
    // The map grows while it is walked; a Map goes on to what is added.
    for (const [key, subject] of reached) {
      if (this.#crowded.has(key)) return cutOff(reached);
      if (!this.#asked.has(key)) unasked.push(subject);
      for (const [neighbour, identifier] of this.#neighbours.get(key) ?? []) {
        if (reached.has(neighbour)) continue;
        if (reached.size > this.#limit) return cutOff(reached);
        reached.set(neighbour, identifier);
      }
    }
    return { found: [...reached.values()].slice(1), unasked, isCut: false };
  }

  #link(identifiers: readonly Identifier[]): void {
    for (const { key } of identifiers) {
      const neighbours = this.#neighbours.get(key) ?? new Map<string, Subject>();
      for (const other of identifiers) if (other.key !== key) neighbours.set(other.key, other.subject);
      this.#neighbours.set(key, neighbours);
    }
  }
}

interface Identifier {
  key: string;
  subject: Subject;
}

/** NULL and the empty text are nobody's: they would make one person of everybody who has no such identifier. */
function toIdentifier(type: string | undefined, value: string | null): Identifier | undefined {
  if (type === undefined || value === null || value === '') return undefined;
  const subject = { type, value };
  return { key: subjectKey(subject), subject };
}

/** Nobody is asked about any more of them. */
function cutOff(reached: ReadonlyMap<string, Subject>): Reached {
  return { found: [...reached.values()].slice(1), unasked: [], isCut: true };
}
