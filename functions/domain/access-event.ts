/** Rows of the access log: who touched whose personal data through Lethe, when, what they did. Schema: infra/schemas/. */

export type AccessAction =
  | 'request.create'
  | 'request.read'
  | 'request.cancel'
  | 'receipt.read'
  | 'data_map.read'
  | 'data_map.write'
  | 'rows.delete';

export interface AccessEvent {
  event_id: string;
  occurred_at: string;
  tenant: string;
  /** `key`: a caller with an API key; `service`: one of Lethe's own workers; `anonymous`: nobody we know. */
  actor_type: 'key' | 'service' | 'anonymous';
  actor: string;
  action: AccessAction;
  outcome: 'allowed' | 'denied' | 'failed';
  /** Of a refusal. */
  code: string | null;
  request: string | null;
  source_ip: string | null;
  subjects: number;
  subject_hashes: string[];
  tables: string[];
  rows: number | null;
}
