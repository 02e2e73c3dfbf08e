/** objects.compose: one object out of others of its bucket. https://cloud.google.com/storage/docs/composite-objects */
import type { Readable } from 'node:stream';
import type { Answer, Call } from '../http.ts';
import { invalid, notSupported, required } from './api-error.ts';
import type { Context } from './context.ts';
import { masked } from './fields-mask.ts';
import { COMPOSE_SOURCES_MAX } from './limits.ts';
import { objectResource } from './object-resource.ts';
import { type Body, checkObjectName, parseMetadata, readSettings } from './object-settings.ts';
import { type Conditions, checkBeforeWrite, readConditions } from './preconditions.ts';
import type { Content, ObjectRecord } from './records.ts';
import { checkRequest } from './request-checks.ts';
import { createObject, placeOf, requireBucket, requireObject } from './write-object.ts';

interface Source {
  name: string;
  generation?: number;
  conditions: Conditions;
}

export async function composeObject(context: Context, call: Call): Promise<Answer> {
  checkRequest(call, ['ifGenerationMatch', 'ifMetagenerationMatch']);
  const place = placeOf(call);
  requireBucket(context, place.bucket);
  checkObjectName(place.name);
  const body = parseMetadata(await call.body());
  const sources = readSources(body);
  const settings = readSettings((body['destination'] ?? {}) as Body);
  const conditions = readConditions(call.query);
  const content = await join(context, () =>
    sources.map(({ name, generation, conditions: own }) => {
      const object = requireObject(context, { bucket: place.bucket, name }, generation);
      checkBeforeWrite(own, object);
      return object;
    }),
  );
  const object = await createObject(context, place, { settings, content, conditions });
  return masked(call, objectResource(context, object));
}

function readSources(body: Body): Source[] {
  for (const field of Object.keys(body)) {
    if (!['kind', 'destination', 'sourceObjects'].includes(field))
      throw notSupported(`The compose field ${field}`);
  }
  const sources = (body['sourceObjects'] ?? []) as Body[];
  if (!Array.isArray(sources) || sources.length === 0) {
    throw required('You must provide at least one source component.');
  }
  if (sources.length > COMPOSE_SOURCES_MAX) {
    throw invalid(
      `The number of source components provided (${sources.length}) exceeds the maximum (${COMPOSE_SOURCES_MAX})`,
    );
  }
  return sources.map(readSource);
}

function readSource({ name, generation, objectPreconditions }: Body): Source {
  const conditions = (objectPreconditions ?? {}) as Body;
  if (Object.keys(conditions).some((field) => field !== 'ifGenerationMatch'))
    throw notSupported(`The source precondition ${Object.keys(conditions).join(', ')}`);
  const { ifGenerationMatch } = conditions;
  return {
    name: checkObjectName(name),
    ...(generation !== undefined && { generation: Number(generation) }),
    conditions: ifGenerationMatch === undefined ? {} : { generationMatch: Number(ifGenerationMatch) },
  };
}

/** Writes the bytes of all objects, as they are at one moment, into a new content. */
async function join(context: Context, pick: () => ObjectRecord[]): Promise<Content> {
  for (;;) {
    const objects = pick();
    const opened = await Promise.all(objects.map(({ content }) => context.content.read(content.id)));
    const streams = opened.filter((stream) => stream !== undefined);
    try {
      // One was replaced or deleted since the look at the state: look again.
      if (streams.length < objects.length) continue;
      const { md5: _, ...content } = await context.content.write(concatenate(streams));
      const components = objects.reduce((sum, object) => sum + (object.content.components ?? 1), 0);
      return { ...content, components };
    } finally {
      for (const stream of streams) stream.destroy();
    }
  }
}

async function* concatenate(streams: Readable[]): AsyncGenerator<Buffer> {
  for (const stream of streams) yield* stream as AsyncIterable<Buffer>;
}
