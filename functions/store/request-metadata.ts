/**
 * A request's state as Cloud Storage object metadata: text values, at most 8 KiB together
 * (https://cloud.google.com/storage/quotas#objects), which is why the history is packed.
 */
import type { Condition, HistoryEntry, RequestState, RequestStateName } from '../domain/request-state.ts';

const FORMAT = '1';

export function toMetadata(state: RequestState): Record<string, string | null> {
  return {
    format: FORMAT,
    state: state.state,
    condition: state.condition ?? null,
    reason: state.reason ?? null,
    revision: String(state.revision),
    not_before: new Date(state.notBefore).toISOString(),
    due: new Date(state.due).toISOString(),
    locations: state.locations.join(','),
    batches: JSON.stringify(state.batches),
    done: state.done.join(','),
    history: state.history.map(packEntry).join(' '),
    announced: String(state.announced),
    identities: state.identities ? JSON.stringify(state.identities) : null,
    fingerprint: state.fingerprint,
  };
}

/** @throws Error when the metadata is not of this format: an object that somebody else wrote. */
export function fromMetadata(metadata: Readonly<Record<string, string>>): RequestState {
  const value = (key: string): string => {
    const text = metadata[key];
    if (text === undefined) throw new Error(`request metadata lacks ${key}`);
    return text;
  };
  if (value('format') !== FORMAT) throw new Error(`request metadata has unknown format ${value('format')}`);
  return {
    state: value('state') as RequestStateName,
    ...(metadata['condition'] && { condition: metadata['condition'] as Condition }),
    ...(metadata['reason'] && { reason: metadata['reason'] }),
    revision: Number(value('revision')),
    notBefore: Date.parse(value('not_before')),
    due: Date.parse(value('due')),
    locations: split(value('locations')),
    batches: JSON.parse(value('batches')) as Record<string, string>,
    done: split(value('done')),
    history: value('history').split(' ').map(unpackEntry),
    announced: Number(value('announced')),
    ...(metadata['identities'] && {
      identities: JSON.parse(metadata['identities']) as NonNullable<RequestState['identities']>,
    }),
    fingerprint: value('fingerprint'),
  };
}

function split(text: string): string[] {
  return text === '' ? [] : text.split(',');
}

/** `running/deferred@2026-11-24T10:00:00.000Z` */
function packEntry({ state, condition, at }: HistoryEntry): string {
  return `${state}${condition ? `/${condition}` : ''}@${at}`;
}

function unpackEntry(text: string): HistoryEntry {
  const [name = '', at = ''] = text.split('@');
  const [state, condition] = name.split('/');
  return { state: state as RequestStateName, ...(condition && { condition: condition as Condition }), at };
}
