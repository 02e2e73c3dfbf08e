/** Manifests: `batches/{location}/{batch}`, replaced only by whoever read the generation before. */
import type { Manifest } from '../domain/batch.ts';
import type { Clock, ObjectStore } from '../ports.ts';

/** Another worker has written the manifest since this one read it, and goes on with the batch. */
export class Superseded extends Error {}

/**
 * Cloud Storage takes about one write a second to one object name (https://cloud.google.com/storage/quotas#objects)
 * and tolerates a short burst: a lone deletion's three writes need not wait, a long batch's do.
 */
const WRITE_INTERVAL_MILLISECONDS = 1_000;
const WRITE_BURST = 3;

const manifestName = (location: string, batch: string) => `batches/${location}/${batch}`;

export async function readManifest(
  store: ObjectStore,
  location: string,
  batch: string,
): Promise<{ manifest: Manifest; generation: string } | undefined> {
  const found = await store.read(manifestName(location, batch));
  if (found === undefined) return undefined;
  const manifest = JSON.parse(found.body) as Manifest;
  if (manifest.version !== 1) throw new Error(`manifest has unknown version ${manifest.version}`);
  return { manifest, generation: found.object.generation };
}

/** An open manifest and the right to replace it. */
export class ManifestFile {
  current: Manifest;
  #generation: string;
  #writes: number[] = [];
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  readonly #store: ObjectStore;
  readonly #clock: Clock;

  private constructor(store: ObjectStore, clock: Clock, manifest: Manifest, generation: string) {
    this.#store = store;
    this.#clock = clock;
    this.current = manifest;
    this.#generation = generation;
  }

  static async create(store: ObjectStore, clock: Clock, manifest: Manifest): Promise<ManifestFile> {
    const object = await store.create(
      manifestName(manifest.location, manifest.batch),
      JSON.stringify(manifest),
    );
    if (object === undefined) throw new Superseded(manifest.batch);
    const file = new ManifestFile(store, clock, manifest, object.generation);
    file.#writes.push(clock());
    return file;
  }

  static async open(
    store: ObjectStore,
    clock: Clock,
    location: string,
    batch: string,
  ): Promise<ManifestFile> {
    const found = await readManifest(store, location, batch);
    if (found === undefined) throw new Error(`batch ${batch} has no manifest`);
    return new ManifestFile(store, clock, found.manifest, found.generation);
  }

  /** @throws Superseded when another worker has gone on with the batch */
  save(): Promise<void> {
    // Calls that come while one is being written share the next write, which has what any of them has changed.
    this.#next ??= this.#after(this.#writing);
    return this.#next;
  }

  async #after(writing: Promise<void>): Promise<void> {
    // Whoever asked for that write gets its error; this one only waits for it to be over.
    await writing.catch(() => {});
    this.#next = undefined;
    this.#writing = this.#write();
    return this.#writing;
  }

  async #write(): Promise<void> {
    await this.#pace();
    const { location, batch } = this.current;
    const object = await this.#store.replace(
      manifestName(location, batch),
      JSON.stringify(this.current),
      this.#generation,
    );
    if (object === undefined) throw new Superseded(batch);
    this.#generation = object.generation;
  }

  async #pace(): Promise<void> {
    const now = this.#clock();
    this.#writes = this.#writes.filter((at) => at > now - WRITE_INTERVAL_MILLISECONDS * WRITE_BURST);
    const oldest = this.#writes[0];
    if (oldest !== undefined && this.#writes.length >= WRITE_BURST) {
      const wait = Math.min(
        oldest + WRITE_INTERVAL_MILLISECONDS * WRITE_BURST - now,
        WRITE_INTERVAL_MILLISECONDS,
      );
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    this.#writes.push(this.#clock());
  }
}
