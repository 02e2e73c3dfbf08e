import { invalid } from './api-error.ts';

export interface Part {
  contentType: string | undefined;
  bytes: Buffer;
}

const BLANK_LINE = Buffer.from('\r\n\r\n');

/**
 * Splits the body of a multipart upload: metadata, then media (RFC 2046 section 5.1).
 * https://cloud.google.com/storage/docs/uploading-objects#rest-upload-objects
 */
export function parseMultipart(
  contentType: string | undefined,
  body: Buffer,
): { metadata: Part; media: Part } {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/.exec(contentType ?? '') ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw invalid('Multipart content has no boundary.');
  const parts = splitAt(body, `--${boundary}`).map(parsePart);
  const [metadata, media] = parts;
  if (metadata === undefined || media === undefined || parts.length !== 2) {
    throw invalid('Multipart upload must have exactly two parts: metadata and media.');
  }
  return { metadata, media };
}

/** What stands between the delimiters; each begins a line. */
function splitAt(body: Buffer, delimiter: string): Buffer[] {
  const parts: Buffer[] = [];
  let at = body.indexOf(delimiter);
  while (at !== -1) {
    const start = at + delimiter.length;
    if (body.toString('latin1', start, start + 2) === '--') return parts;
    const end = body.indexOf(`\r\n${delimiter}`, start);
    if (end === -1) break;
    parts.push(body.subarray(start, end));
    at = end + 2;
  }
  throw invalid('Multipart content ends without its closing delimiter.');
}

function parsePart(part: Buffer): Part {
  const blank = part.indexOf(BLANK_LINE);
  if (blank === -1) throw invalid('A part of the multipart content has no header.');
  const header = part.toString('utf8', 0, blank);
  const contentType = /^content-type:[ \t]*(.+?)[ \t]*$/im.exec(header)?.[1];
  return { contentType, bytes: part.subarray(blank + BLANK_LINE.length) };
}
