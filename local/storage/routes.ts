/** Which request is which operation. The names are those of https://cloud.google.com/storage/docs/json_api/v1 */
import type { Answer, Call, Route } from '../http.ts';
import {
  deleteBucket,
  getBucket,
  insertBucket,
  listBuckets,
  lockRetentionPolicy,
  patchBucket,
} from './buckets.ts';
import type { Context } from './context.ts';
import { composeObject } from './compose.ts';
import { listObjects } from './list-objects.ts';
import { deleteObject, getObject, patchObject, updateObject } from './objects.ts';
import { cancelResumable, continueResumable } from './resumable.ts';
import { copyObject, rewriteObject } from './rewrite.ts';
import { getBySignedUrl, refuseSignedWrite } from './signed-requests.ts';
import { insertObject } from './uploads.ts';
import { NOT_JSON } from './xml-error.ts';

type Handler = (context: Context, call: Call) => Promise<Answer>;

/** Google's client leaves the prefix out when it is led here by STORAGE_EMULATOR_HOST. */
const API = '(?:/storage/v1)?';
const MEDIA_API = '(?:(?:/download)?/storage/v1)?';
const UPLOAD_API = '/upload/storage/v1';
const BUCKET = '/b/(?<bucket>[^/]+)';
const OBJECT = `${BUCKET}/o/(?<object>[^/]+)`;
const TO_OBJECT = '/b/(?<toBucket>[^/]+)/o/(?<toObject>[^/]+)';
/** What signed URLs name: `/BUCKET/OBJECT`, the object with its slashes. */
const XML_OBJECT = `${NOT_JSON}/(?<bucket>[^/]+)/(?<object>.+)`;

export function routes(context: Context): Route[] {
  const route = (operation: string, method: string, path: string, handle: Handler): Route => ({
    operation: `storage.${operation}`,
    method,
    pattern: new RegExp(`^${path}/?$`),
    resource: resourceOf,
    handle: (call) => handle(context, call),
  });
  return [
    route('buckets.insert', 'POST', `${API}/b`, insertBucket),
    route('buckets.list', 'GET', `${API}/b`, listBuckets),
    route('buckets.get', 'GET', `${API}${BUCKET}`, getBucket),
    route('buckets.patch', 'PATCH', `${API}${BUCKET}`, patchBucket),
    route('buckets.delete', 'DELETE', `${API}${BUCKET}`, deleteBucket),
    route('buckets.lockRetentionPolicy', 'POST', `${API}${BUCKET}/lockRetentionPolicy`, lockRetentionPolicy),
    route('objects.list', 'GET', `${API}${BUCKET}/o`, listObjects),
    route('objects.get', 'GET', `${MEDIA_API}${OBJECT}`, getObject),
    route('objects.patch', 'PATCH', `${API}${OBJECT}`, patchObject),
    route('objects.update', 'PUT', `${API}${OBJECT}`, updateObject),
    route('objects.delete', 'DELETE', `${API}${OBJECT}`, deleteObject),
    route('objects.insert', 'POST', `${UPLOAD_API}${BUCKET}/o`, insertObject),
    route('objects.insert', 'PUT', `${UPLOAD_API}${BUCKET}/o`, continueResumable),
    route('objects.insert', 'DELETE', `${UPLOAD_API}${BUCKET}/o`, cancelResumable),
    route('objects.compose', 'POST', `${API}${OBJECT}/compose`, composeObject),
    route('objects.rewrite', 'POST', `${API}${OBJECT}/rewriteTo${TO_OBJECT}`, rewriteObject),
    route('objects.copy', 'POST', `${API}${OBJECT}/copyTo${TO_OBJECT}`, copyObject),
    route('objects.get', 'GET', XML_OBJECT, getBySignedUrl),
    route('objects.get', 'HEAD', XML_OBJECT, getBySignedUrl),
    route('objects.insert', 'PUT', XML_OBJECT, refuseSignedWrite),
    route('objects.insert', 'POST', XML_OBJECT, refuseSignedWrite),
    route('objects.delete', 'DELETE', XML_OBJECT, refuseSignedWrite),
  ];
}

/** `bucket`, or `bucket/object`: what is written, if anything is. The object of an upload is in its query. */
function resourceOf({ params, query }: Call): string {
  const object = params['toObject'] ?? params['object'] ?? query.get('name');
  return [params['toBucket'] ?? params['bucket'], object].filter((part) => part).join('/');
}
