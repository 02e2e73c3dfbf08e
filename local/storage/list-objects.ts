import type { Answer, Call } from '../http.ts';
import { invalid } from './api-error.ts';
import type { Context } from './context.ts';
import { masked } from './fields-mask.ts';
import { LIST_RESULTS_MAX } from './limits.ts';
import { listPage } from './listing.ts';
import { objectResource } from './object-resource.ts';
import { readInteger } from './preconditions.ts';
import type { ObjectRecord } from './records.ts';
import { checkRequest } from './request-checks.ts';
import { requireBucket } from './write-object.ts';

/** `versions` changes nothing: without versioning, the live objects are all there are. */
const PARAMETERS = [
  ...['prefix', 'delimiter', 'maxResults', 'pageToken', 'startOffset', 'endOffset', 'versions'],
  // Google's client sends its own option along.
  'autoPaginate',
];

export async function listObjects(context: Context, call: Call): Promise<Answer> {
  checkRequest(call, PARAMETERS);
  const { objects, names } = requireBucket(context, call.params['bucket'] ?? '');
  const { query } = call;
  const maxResults = readInteger(query, 'maxResults') ?? LIST_RESULTS_MAX;
  if (maxResults < 1) throw invalid('Invalid value for maxResults');
  const page = listPage(names.names, {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    startOffset: query.get('startOffset') ?? '',
    endOffset: query.get('endOffset') ?? '',
    pageToken: query.get('pageToken') ?? undefined,
    limit: Math.min(maxResults, LIST_RESULTS_MAX),
  });
  return masked(call, {
    kind: 'storage#objects',
    ...(page.nextPageToken !== undefined && { nextPageToken: page.nextPageToken }),
    ...(page.prefixes.length > 0 && { prefixes: page.prefixes }),
    ...(page.names.length > 0 && {
      items: page.names.map((name) => objectResource(context, objects.get(name) as ObjectRecord)),
    }),
  });
}
