import type { z } from 'zod';
import { type FieldError, LetheError } from '../domain/errors.ts';
import { fieldErrors } from '../domain/validation.ts';

/** 2,000 subjects of 1 KiB, escaped as JSON at its worst, stay below this. */
const BODY_BYTES_MAX = 5_000_000;
/** Findings shown of one body; the rest is counted. */
const FINDINGS_MAX = 20;

/** The body's text. @throws LetheError when it is too large, encoded, or not UTF-8 */
export function readText(body: Uint8Array, contentEncoding: string | undefined): string {
  if (contentEncoding !== undefined && contentEncoding !== 'identity') {
    throw new LetheError(
      'unsupported_media_type',
      'Content-Encoding is not supported; send the body as it is.',
      {
        fields: [{ field: 'Content-Encoding', detail: 'must be absent or identity' }],
      },
    );
  }
  if (body.length > BODY_BYTES_MAX) {
    throw new LetheError(
      'body_too_large',
      `The body has ${body.length} bytes; at most ${BODY_BYTES_MAX} are taken.`,
      {
        fields: [{ field: 'body', detail: `must be at most ${BODY_BYTES_MAX} bytes` }],
      },
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new LetheError('malformed_json', 'The body is not UTF-8.', {
      fields: [{ field: 'body', detail: 'is not UTF-8' }],
      cause,
    });
  }
}

/** @throws LetheError that names every field that is wrong */
export function readJson<T>(schema: z.ZodType<T>, text: string, contentType: string | undefined): T {
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    throw new LetheError('unsupported_media_type', 'The body must be sent as application/json.', {
      fields: [{ field: 'Content-Type', detail: 'must be application/json' }],
    });
  }
  const result = schema.safeParse(parseJson(text));
  if (result.success) return result.data;
  const all = fieldErrors(result.error);
  const fields = withRest(all);
  throw new LetheError('invalid_request', `${all[0]?.field} ${all[0]?.detail}`, { fields });
}

function withRest(all: FieldError[]): FieldError[] {
  if (all.length <= FINDINGS_MAX) return all;
  return [...all.slice(0, FINDINGS_MAX), { field: 'body', detail: `and ${all.length - FINDINGS_MAX} more` }];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own message quotes the text, and with it identifiers: only the place is passed on.
    const position = /at position (\d+)/.exec((cause as Error).message)?.[1];
    const detail = `is not JSON${position ? ` at position ${position}` : ''}`;
    throw new LetheError('malformed_json', `The body ${detail}.`, {
      fields: [{ field: 'body', detail }],
      cause,
    });
  }
}
