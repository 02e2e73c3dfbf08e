import { invalid } from './api-error.ts';

/** Which bytes of an upload a request carries. */
export interface ContentRange {
  /** Absent: none; the request asks how far the upload is. */
  first?: number;
  /** Absent: up to the end of the request, which is the end of the upload. */
  last?: number;
  /** Absent: not known yet. */
  total?: number;
}

/** Reads `bytes 0-99/*`, `bytes 0-*\/*`, `bytes *\/100`; without the header the body is the whole object. */
export function parseContentRange(header: string | undefined): ContentRange {
  if (header === undefined) return { first: 0 };
  const found = /^bytes (?:(\d+)-(\d+|\*)|\*)\/(\d+|\*)$/.exec(header);
  if (found === null) throw invalid(`Failed to parse Content-Range header: ${header}`);
  const [, first, last, total] = found;
  return {
    ...(first !== undefined && { first: Number(first) }),
    ...(last !== undefined && last !== '*' && { last: Number(last) }),
    ...(total !== '*' && { total: Number(total) }),
  };
}
