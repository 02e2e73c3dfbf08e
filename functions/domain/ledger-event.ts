/**
 * Rows of the ledger: one for every revision of a request, rebuilt from the request at any time. The id is derived,
 * so an event that is published twice is recognisable (the view `ledger_events` shows it once). Schema: infra/schemas/.
 */
import type { Errand } from './agenda.ts';
import type { Receipt } from './receipt.ts';
import { propertiesOf } from './request.ts';
import { namedSubjects, type SearchedRequest } from './resolution.ts';
import type { RequestState } from './request-state.ts';
import { hashSubject } from './subject.ts';

export interface LedgerEvent {
  event_id: string;
  occurred_at: string;
  tenant: string;
  request: string;
  type: string;
  /** `everything`, or `properties` and then their names. */
  scope: string;
  properties: string[];
  revision: number;
  state: string;
  condition: string | null;
  accepted_by: string;
  due_at: string;
  subjects: number;
  subject_hashes: string[];
  rows_located: number | null;
  rows_changed: number | null;
  rows_left: number | null;
}

/** The events from `from` (an index into the history) on. The receipt is needed once the request is completed. */
export function ledgerEvents(
  request: SearchedRequest,
  state: RequestState,
  from: number,
  { hashKey, receipt }: { hashKey: Uint8Array; receipt?: Receipt | undefined },
): LedgerEvent[] {
  const hashes = namedSubjects(request)
    .map((subject) => hashSubject(hashKey, request.tenant, subject))
    .sort();
  return state.history.slice(from).map((entry, offset) => {
    const counts = entry.state === 'completed' ? receipt : undefined;
    return {
      event_id: `${request.id}:${from + offset + 1}`,
      occurred_at: entry.at,
      tenant: request.tenant,
      request: request.id,
      type: request.type,
      scope: request.scope === 'everything' ? 'everything' : 'properties',
      properties: propertiesOf(request),
      revision: from + offset + 1,
      state: entry.state,
      condition: entry.condition ?? null,
      accepted_by: request.accepted_by,
      due_at: request.due_at,
      subjects: hashes.length,
      subject_hashes: hashes,
      rows_located: counts?.rows_located ?? null,
      rows_changed: counts?.rows_changed ?? null,
      rows_left: counts?.rows_left ?? null,
    };
  });
}

/** A sweep after the completion: no change of state, but rows may have been changed. */
export function sweptEvent(
  request: SearchedRequest,
  receipt: Receipt,
  { errand, location, hashKey }: { errand: Errand; location: string; hashKey: Uint8Array },
): LedgerEvent {
  const hashes = namedSubjects(request)
    .map((subject) => hashSubject(hashKey, request.tenant, subject))
    .sort();
  return {
    event_id: `${request.id}:${errand}:${location}`,
    occurred_at: receipt.completed_at,
    tenant: request.tenant,
    request: request.id,
    type: request.type,
    scope: request.scope === 'everything' ? 'everything' : 'properties',
    properties: propertiesOf(request),
    revision: 0,
    state: 'completed',
    condition: errand,
    accepted_by: request.accepted_by,
    due_at: request.due_at,
    subjects: hashes.length,
    subject_hashes: hashes,
    rows_located: receipt.rows_located,
    rows_changed: receipt.rows_changed,
    rows_left: receipt.rows_left,
  };
}
