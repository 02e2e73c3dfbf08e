/** objects.get (metadata), patch, update, delete. https://cloud.google.com/storage/docs/json_api/v1/objects */
import type { Answer, Call } from '../http.ts';
import type { Context } from './context.ts';
import { download } from './download.ts';
import { masked } from './fields-mask.ts';
import { objectResource } from './object-resource.ts';
import { type Body, mergeSettings, readSettings } from './object-settings.ts';
import {
  checkBeforeRead,
  checkBeforeWrite,
  OBJECT_CONDITIONS,
  readConditions,
  readInteger,
} from './preconditions.ts';
import type { ObjectSettings } from './records.ts';
import { checkMediaRequest, checkRequest } from './request-checks.ts';
import { commitTo, keyOf, placeOf, removeObject, requireObject } from './write-object.ts';

/** Google's client repeats the options of `deleteFiles` in every DELETE, where the real service ignores them. */
const LEAKED_BY_DELETE_FILES = [
  ...['prefix', 'delimiter', 'maxResults', 'pageToken', 'startOffset', 'endOffset', 'autoPaginate', 'force'],
  'versions',
];

export async function getObject(context: Context, call: Call): Promise<Answer> {
  const parameters = ['generation', ...OBJECT_CONDITIONS];
  if (call.query.get('alt') === 'media') {
    checkMediaRequest(call, parameters);
    return download(context, call, placeOf(call));
  }
  checkRequest(call, parameters);
  const object = requireObject(context, placeOf(call), readInteger(call.query, 'generation'));
  checkBeforeRead(readConditions(call.query), object);
  return masked(call, objectResource(context, object));
}

/** Only what is given changes; a null removes. */
export async function patchObject(context: Context, call: Call): Promise<Answer> {
  const body = await call.json<Body>();
  return changeSettings(context, call, (present) => mergeSettings(present, body));
}

/** Everything that can be set is replaced, except that a custom time stays. */
export async function updateObject(context: Context, call: Call): Promise<Answer> {
  const body = await call.json<Body>();
  return changeSettings(context, call, ({ customTime }) =>
    customTime === undefined ? readSettings(body) : mergeSettings({ customTime }, body),
  );
}

async function changeSettings(
  context: Context,
  call: Call,
  change: (present: ObjectSettings) => ObjectSettings,
): Promise<Answer> {
  checkRequest(call, ['generation', ...OBJECT_CONDITIONS]);
  const place = placeOf(call);
  const changed = await context.turns.take(keyOf(place), async () => {
    const object = requireObject(context, place, readInteger(call.query, 'generation'));
    checkBeforeWrite(readConditions(call.query), object);
    context.checkRate(keyOf(place));
    const next = {
      ...object,
      settings: change(object.settings),
      metageneration: object.metageneration + 1,
      updatedAt: context.now(),
    };
    await commitTo(context, place.bucket, [{ put: next }]);
    return next;
  });
  return masked(call, objectResource(context, changed));
}

export async function deleteObject(context: Context, call: Call): Promise<Answer> {
  checkRequest(call, ['generation', ...OBJECT_CONDITIONS, ...LEAKED_BY_DELETE_FILES]);
  const conditions = readConditions(call.query);
  await removeObject(
    context,
    placeOf(call),
    (object) => checkBeforeWrite(conditions, object),
    readInteger(call.query, 'generation'),
  );
  return { status: 204 };
}
