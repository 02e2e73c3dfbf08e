/**
 * An append-only file of JSON lines: the only thing that is durable here.
 *
 * `commit` answers after the line is on disk (one fdatasync for all that came in meanwhile) and applied; `note`
 * is for facts that may be forgotten, because losing them only repeats a delivery. Lines are applied in the order
 * of the file, by the same function that replays them at the next start. A last line that a crash tore is
 * ignored and cut off. When most of the file is history, it is rewritten as a snapshot of what is still true.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { type FileHandle, open, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Below this the file is never rewritten. */
const COMPACTION_BYTES_MIN = 4 * 1024 * 1024;

interface Pending<R> {
  record: R;
  /** Absent for notes, which were applied by whoever noted them. */
  settle?: { resolve: () => void; reject: (error: unknown) => void };
}

export interface JournalOptions<R> {
  path: string;
  apply(record: R): void;
  /** Everything that is still true, as records. */
  snapshot(): Iterable<R>;
}

export class Journal<R> {
  readonly #options: JournalOptions<R>;
  #file: FileHandle;
  #bytes: number;
  #compactAt: number;
  #pending: Pending<R>[] = [];
  #writing: Promise<void> | undefined;
  #isClosed = false;

  private constructor(options: JournalOptions<R>, file: FileHandle, bytes: number) {
    this.#options = options;
    this.#file = file;
    this.#bytes = bytes;
    this.#compactAt = Math.max(COMPACTION_BYTES_MIN, bytes * 2);
  }

  /** Replays the file, if there is one, and opens it for more. */
  static async open<R>(options: JournalOptions<R>): Promise<Journal<R>> {
    const bytes = existsSync(options.path) ? replay(options) : 0;
    if (existsSync(options.path)) await truncate(options.path, bytes);
    const journal = new Journal(options, await open(options.path, 'a'), bytes);
    if (bytes > COMPACTION_BYTES_MIN) await journal.#compact();
    return journal;
  }

  /** Resolves once the record is durable and applied. */
  commit(record: R): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ record, settle: { resolve, reject } });
      this.#write();
    });
  }

  /** Writes down what the caller has applied already, without waiting for the disk. */
  note(record: R): void {
    this.#pending.push({ record });
    this.#write();
  }

  /** What is recorded after this is lost, as in a crash: commits never answer. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
    await this.#file.close();
  }

  #write(): void {
    if (this.#isClosed) return;
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
      // What came in after the last look into the queue would wait for whoever comes next.
      if (this.#pending.length > 0) this.#write();
    });
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        await this.#append(batch);
      } catch (error) {
        // Half a line in the middle of the file would make the rest unreadable.
        await this.#file.truncate(this.#bytes);
        for (const { settle } of batch) settle?.reject(error);
        continue;
      }
      for (const { record, settle } of batch) {
        if (settle === undefined) continue;
        this.#options.apply(record);
        settle.resolve();
      }
      if (this.#bytes > this.#compactAt) await this.#compact();
    }
  }

  async #append(batch: Pending<R>[]): Promise<void> {
    const lines = Buffer.from(batch.map(({ record }) => `${JSON.stringify(record)}\n`).join(''));
    await this.#file.appendFile(lines);
    if (batch.some(({ settle }) => settle !== undefined)) await this.#file.datasync();
    this.#bytes += lines.length;
  }

  /** Called only between two batches, when every line of the file has been applied. */
  async #compact(): Promise<void> {
    const { path, snapshot } = this.#options;
    const temporary = `${path}.new`;
    this.#bytes = writeAll(temporary, snapshot());
    await this.#file.close();
    renameSync(temporary, path);
    syncFolder(dirname(path));
    this.#file = await open(path, 'a');
    this.#compactAt = Math.max(COMPACTION_BYTES_MIN, this.#bytes * 2);
  }
}

/** @returns how many bytes of the file are whole lines. */
function replay<R>({ path, apply }: JournalOptions<R>): number {
  const content = readFileSync(path);
  let start = 0;
  for (let end = content.indexOf(10, start); end !== -1; end = content.indexOf(10, start)) {
    apply(JSON.parse(content.toString('utf8', start, end)) as R);
    start = end + 1;
  }
  return start;
}

function writeAll(path: string, records: Iterable<unknown>): number {
  const file = openSync(path, 'w');
  let bytes = 0;
  for (const record of records) bytes += writeSync(file, `${JSON.stringify(record)}\n`);
  fsyncSync(file);
  closeSync(file);
  return bytes;
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
}
