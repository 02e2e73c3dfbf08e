/** UPDATE, DELETE and MERGE on one table: two at a time, twenty more wait, the next is refused. */
import { ApiError } from '../errors.ts';

/** https://cloud.google.com/bigquery/quotas#data-manipulation-language-statements */
const RUNNING_MAX = 2;
const QUEUED_MAX = 20;

interface Line {
  running: number;
  waiting: (() => void)[];
}

/** A place in a table's line. */
export interface Place {
  /** Resolves when it is this statement's turn, or when the signal says that it need not wait any more. */
  turn(signal: AbortSignal): Promise<void>;
  leave(): void;
}

export class DmlQueue {
  readonly #lines = new Map<string, Line>();

  /** Takes a place at once. @param table `p:d.t` @throws resourcesExceeded when the line is full */
  enter(table: string): Place {
    const line = this.#lines.get(table) ?? { running: 0, waiting: [] };
    this.#lines.set(table, line);
    if (line.running < RUNNING_MAX) {
      line.running += 1;
      return { turn: async () => {}, leave: () => this.#leave(table, line) };
    }
    if (line.waiting.length >= QUEUED_MAX)
      throw new ApiError(
        400,
        'resourcesExceeded',
        `Resources exceeded during query execution: Too many DML statements outstanding against table ${table}, limit is ${QUEUED_MAX}.`,
      );
    const { promise, resolve } = Promise.withResolvers<void>();
    line.waiting.push(resolve);
    return {
      turn: (signal) => Promise.race([promise, aborted(signal)]),
      leave: () => {
        const at = line.waiting.indexOf(resolve);
        if (at >= 0) line.waiting.splice(at, 1);
        else this.#leave(table, line);
      },
    };
  }

  #leave(table: string, line: Line): void {
    const next = line.waiting.shift();
    if (next !== undefined) {
      next();
      return;
    }
    line.running -= 1;
    if (line.running === 0) this.#lines.delete(table);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
