/** A request's share of its batches, table by table: what `GET` shows while it runs and the receipt shows for good. */
import { type JobEvidence, type Manifest, requestsOf, type Step, stepLabel, stepsOf } from './batch.ts';
import type { MappedTable } from './data-map.ts';
import { mappedPlaces } from './edits.ts';
import { propertiesOf, type RequestDocument } from './request.ts';

export interface TableProgress {
  table: string;
  location: string;
  /** False: the table has no identifier of the request's types, or none of its properties: there was nothing to ask. */
  searched: boolean;
  state: 'open' | 'deferred' | 'blocked' | 'done';
  reason?: string;
  advice?: string;
  /** The table was taken out of the data map before it was worked off. */
  unmapped?: boolean;
  rows_located: number;
  /** Located and, as the verification shows, no longer there. */
  rows_changed: number;
  /** As of the last look. */
  rows_left: number;
  jobs: JobEvidence[];
}

export function tableProgress(
  manifest: Manifest,
  request: Pick<RequestDocument, 'tenant' | 'id' | 'subjects' | 'scope'>,
): TableProgress[] {
  const position = requestsOf(manifest, request.tenant).indexOf(request.id);
  return stepsOf(manifest, request.tenant).map((step) => {
    const searched = isSearched(step.mapped, request);
    const located = step.located[position] ?? 0;
    const left = step.left[position] ?? 0;
    return {
      table: stepLabel(step),
      location: manifest.location,
      searched,
      ...standing(step),
      ...(step.isUnmapped && { unmapped: true }),
      rows_located: located,
      rows_changed: manifest.work === 'export' ? 0 : located - left,
      rows_left: left,
      jobs: searched ? step.jobs : [],
    };
  });
}

/** Whether the table has an identifier of the request's types and, where it names properties, one of them. */
export function isSearched(
  mapped: MappedTable,
  request: Pick<RequestDocument, 'subjects' | 'scope'>,
): boolean {
  const names = propertiesOf(request);
  const hasProperty = names.length === 0 || names.some((name) => mappedPlaces(mapped, name).length > 0);
  const types = new Set(request.subjects.map(({ type }) => type));
  return hasProperty && mapped.identifiers.some(({ type }) => types.has(type));
}

function standing({ isDone, waiting }: Step): Pick<TableProgress, 'state' | 'reason' | 'advice'> {
  if (isDone) return { state: 'done' };
  if (waiting === undefined) return { state: 'open' };
  return {
    state: waiting.condition,
    reason: waiting.code,
    ...(waiting.advice && { advice: waiting.advice }),
  };
}
