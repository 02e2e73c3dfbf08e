/** What the system says about itself once it is at rest: ledger, access log, keys of the receipts. */
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import type { Receipt } from '../../functions/domain/receipt.ts';
import { http, type System, type Tenant } from '../support/system.ts';
import type { Warehouse } from './warehouse.ts';

export interface LedgerEntry {
  event_id: string;
  tenant: string;
  request: string;
  revision: string;
  state: string;
  condition: string | null;
  occurred_at: string;
  rows_changed: string | null;
}

export class Evidence {
  readonly #ledger: Map<string, LedgerEntry[]>;
  readonly #deletions: Map<string, string[]>;
  readonly #keys: JSONWebKeySet;

  private constructor(
    ledger: Map<string, LedgerEntry[]>,
    deletions: Map<string, string[]>,
    keys: JSONWebKeySet,
  ) {
    this.#ledger = ledger;
    this.#deletions = deletions;
    this.#keys = keys;
  }

  /** A few calls for all tenants of a world. */
  static async gather(system: System, warehouse: Warehouse, tenants: readonly string[]): Promise<Evidence> {
    const ofTenants = `tenant IN (${tenants.map((tenant) => `'${tenant}'`).join(', ')})`;
    const [ledger, deletions, keys] = await Promise.all([
      warehouse.select(
        `SELECT event_id, tenant, request, revision, state, condition, CAST(occurred_at AS STRING) AS occurred_at, rows_changed FROM lethe.ledger WHERE ${ofTenants} ORDER BY revision`,
      ),
      warehouse.select(
        `SELECT DISTINCT event_id, request, \`rows\` FROM lethe.access_log WHERE ${ofTenants} AND action = 'rows.delete'`,
      ),
      http(`${system.stack.url}/.well-known/jwks.json`, 'GET'),
    ]);
    return new Evidence(
      Map.groupBy(ledger as unknown as LedgerEntry[], ({ tenant }) => tenant),
      new Map(
        [...Map.groupBy(deletions, ({ request }) => String(request))].map(([request, events]) => [
          request,
          events.map(({ rows }) => String(rows)),
        ]),
      ),
      keys.json as JSONWebKeySet,
    );
  }

  /** By request, in the order of revisions; what was delivered twice is there twice. */
  ledgerOf(tenant: string): Map<string, LedgerEntry[]> {
    return Map.groupBy(this.#ledger.get(tenant) ?? [], ({ request }) => request);
  }

  /** Rows that the access log says were deleted, by each entry that differs from the others. */
  deletionsOf(request: string): string[] {
    return this.#deletions.get(request) ?? [];
  }

  /** @throws when the receipt is not there or not genuine */
  async receiptOf(tenant: Tenant, request: string): Promise<Receipt> {
    const { text } = await tenant.get(`/requests/${request}/receipt`);
    const { payload } = await compactVerify(text, createLocalJWKSet(this.#keys), { algorithms: ['ES256'] });
    return JSON.parse(new TextDecoder().decode(payload)) as Receipt;
  }
}
