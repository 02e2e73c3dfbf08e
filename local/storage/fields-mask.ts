/** Partial answers: `fields=items(name,metadata/state),nextPageToken`. https://cloud.google.com/storage/docs/json_api#partial-response */
import type { Answer, Call } from '../http.ts';
import { ApiError } from './api-error.ts';

interface Mask {
  [field: string]: Mask | true;
}

/** The resource as the answer, cut to what the parameter `fields` names. */
export function masked(call: Call, resource: object, status = 200): Answer {
  const fields = call.query.get('fields');
  return { status, json: fields === null ? resource : cut(resource, parseMask(fields)) };
}

function parseMask(text: string): Mask {
  const tokens = text.match(/[^,/()]+|[,/()]/g) ?? [];
  let at = 0;
  const list = (): Mask => {
    const mask: Mask = {};
    do {
      const name = tokens[at] ?? '';
      at += 1;
      if (!/^[\w*-]+$/.test(name.trim())) throw invalidFields(text);
      mask[name.trim()] = rest();
    } while (tokens[at] === ',' && ++at);
    return mask;
  };
  const rest = (): Mask | true => {
    if (tokens[at] === '/') {
      at += 1;
      const name = (tokens[at] ?? '').trim();
      at += 1;
      return { [name]: rest() };
    }
    if (tokens[at] !== '(') return true;
    at += 1;
    const inner = list();
    if (tokens[at] !== ')') throw invalidFields(text);
    at += 1;
    return inner;
  };
  const mask = list();
  if (at < tokens.length) throw invalidFields(text);
  return mask;
}

function invalidFields(text: string): ApiError {
  return new ApiError(400, 'invalidParameter', `Invalid field selection ${text}`, {
    locationType: 'parameter',
    location: 'fields',
  });
}

function cut(value: unknown, mask: Mask | true): unknown {
  if (mask === true || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => cut(item, mask));
  const kept = Object.entries(value).flatMap(([field, inner]) => {
    const wanted = (Object.hasOwn(mask, field) ? mask[field] : undefined) ?? mask['*'];
    return wanted === undefined ? [] : [[field, cut(inner, wanted)] as const];
  });
  return Object.fromEntries(kept);
}
