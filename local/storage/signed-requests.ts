/** The part of the XML API that signed URLs use: reading an object. https://cloud.google.com/storage/docs/xml-api/get-object-download */
import { Readable } from 'node:stream';
import type { Answer, Call } from '../http.ts';
import { notSupported } from './api-error.ts';
import type { Context } from './context.ts';
import { download } from './download.ts';
import { checkMediaRequest } from './request-checks.ts';
import { checkSignedUrl } from './signed-url.ts';
import { placeOf } from './write-object.ts';

/** Parameters that put another value into a header of the answer. */
const RESPONSE_HEADERS = {
  'response-content-disposition': 'content-disposition',
  'response-content-type': 'content-type',
};

export async function getBySignedUrl(context: Context, call: Call): Promise<Answer> {
  await checkSigned(context, call);
  const ofSignature = [...call.query.keys()].filter((name) => /^x-goog-/i.test(name));
  checkMediaRequest(call, [...ofSignature, 'generation', ...Object.keys(RESPONSE_HEADERS)]);
  const { headers = {}, body, ...answer } = await download(context, call, placeOf(call));
  const wanted = Object.entries(RESPONSE_HEADERS).flatMap(([parameter, header]) => {
    const value = call.query.get(parameter);
    return value === null ? [] : [[header, value] as const];
  });
  const all = { 'cache-control': 'private, max-age=0', ...headers, ...Object.fromEntries(wanted) };
  if (call.method !== 'HEAD') return { ...answer, headers: all, body: body ?? '' };
  if (body instanceof Readable) body.destroy();
  return { ...answer, headers: all, body: '' };
}

/** Its signature is checked all the same, so that a wrong method is answered as such. */
export async function refuseSignedWrite(context: Context, call: Call): Promise<Answer> {
  await checkSigned(context, call);
  throw notSupported(`${call.method} by a signed URL`);
}

async function checkSigned({ signer, now }: Context, call: Call): Promise<void> {
  const { method, url, query, headers } = call;
  if (headers.authorization !== undefined) throw notSupported('The header authorization in the XML API');
  checkSignedUrl({ method, path: url.pathname, query, headers }, await signer(), now);
}
