import type { IncomingMessage } from 'node:http';
import type { Call } from '../http.ts';
import type { Bytes } from './content-store.ts';

/** Longer bodies go straight to the disk. */
const HELD_BYTES_MAX = 32 * 1024 * 1024;

const held = new WeakMap<IncomingMessage, Promise<Buffer>>();

/**
 * The request's body as it came over the wire. One of moderate, declared length is held, so that an injected duplicate of
 * the call finds it again; a longer one can be read only once.
 */
export async function requestBytes({ stream }: Call): Promise<Bytes> {
  const length = Number(stream.headers['content-length'] ?? Number.NaN);
  if (length <= HELD_BYTES_MAX) {
    const bytes = held.get(stream) ?? readAll(stream);
    held.set(stream, bytes);
    return [await bytes];
  }
  if (stream.readableEnded)
    throw new Error('a streamed upload cannot be duplicated: send it with its length');
  return stream as AsyncIterable<Buffer>;
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
