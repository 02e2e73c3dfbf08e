/**
 * The bytes of objects, each content in a file of its own that never changes once an object names it. A content becomes
 * visible only by the journal's line that names it, which is written after the file is on disk: whatever a crash leaves
 * here without a name is removed at the next start.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Crc32c } from './crc32c.ts';
import type { Content } from './records.ts';

export type Bytes = Iterable<Buffer> | AsyncIterable<Buffer>;

export class ContentStore {
  readonly #folder: string;
  readonly #handle: FileHandle;

  private constructor(folder: string, handle: FileHandle) {
    this.#folder = folder;
    this.#handle = handle;
  }

  static async open(folder: string): Promise<ContentStore> {
    await mkdir(folder, { recursive: true });
    return new ContentStore(folder, await open(folder, 'r'));
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Writes a new content and waits for the disk. */
  async write(bytes: Bytes): Promise<Content> {
    const id = randomUUID();
    const file = await open(this.#path(id), 'wx');
    const digest = new Digest();
    try {
      for await (const piece of bytes) {
        digest.update(piece);
        await writeWhole(file, piece);
      }
      await file.datasync();
    } catch (error) {
      await rm(this.#path(id), { force: true });
      throw error;
    } finally {
      await file.close();
    }
    await this.#syncFolder();
    return { id, ...digest.result() };
  }

  /** Makes an empty content that grows by `append`. */
  async begin(): Promise<string> {
    const id = randomUUID();
    await (await open(this.#path(id), 'wx')).close();
    await this.#syncFolder();
    return id;
  }

  /**
   * Adds to a growing content. When the bytes stop coming (the caller's connection broke), what came stays.
   * @returns the length now
   */
  async append(id: string, bytes: Bytes): Promise<number> {
    const file = await open(this.#path(id), 'a');
    try {
      for await (const piece of bytes) await writeWhole(file, piece);
    } finally {
      await file.datasync();
      await file.close();
    }
    return this.size(id);
  }

  async size(id: string): Promise<number> {
    return (await stat(this.#path(id))).size;
  }

  /** Cuts a growing content back. */
  async truncate(id: string, size: number): Promise<void> {
    const file = await open(this.#path(id), 'r+');
    await file.truncate(size);
    await file.datasync();
    await file.close();
  }

  /** Reads a content that has grown to its end. */
  async measure(id: string): Promise<Content> {
    const digest = new Digest();
    for await (const piece of createReadStream(this.#path(id))) digest.update(piece as Buffer);
    return { id, ...digest.result() };
  }

  /**
   * The same bytes under another id, without copying them.
   * @returns undefined when the content has been removed, because its object was replaced or deleted.
   */
  async duplicate(content: Content): Promise<Content | undefined> {
    const id = randomUUID();
    try {
      await link(this.#path(content.id), this.#path(id));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    await this.#syncFolder();
    return { ...content, id };
  }

  /** @returns undefined when the content has been removed, because its object was replaced or deleted. */
  async read(id: string, range?: { first: number; last: number }): Promise<Readable | undefined> {
    try {
      // Opened here, so that the bytes stay readable although the content may be removed meanwhile.
      const file = await open(this.#path(id), 'r');
      return file.createReadStream(range && { start: range.first, end: range.last });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  async removeAllBut(ids: Set<string>): Promise<void> {
    for (const id of await readdir(this.#folder)) if (!ids.has(id)) await this.remove(id);
  }

  #path(id: string): string {
    return join(this.#folder, id);
  }

  #syncFolder(): Promise<void> {
    return this.#handle.sync();
  }
}

async function writeWhole(file: FileHandle, piece: Buffer): Promise<void> {
  for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten;
}

class Digest {
  readonly #md5 = createHash('md5');
  readonly #crc32c = new Crc32c();
  #size = 0;

  update(piece: Buffer): void {
    this.#md5.update(piece);
    this.#crc32c.update(piece);
    this.#size += piece.length;
  }

  result(): { size: number; crc32c: string; md5: string } {
    return { size: this.#size, crc32c: this.#crc32c.base64(), md5: this.#md5.digest('base64') };
  }
}
