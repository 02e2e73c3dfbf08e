/** A tenant with people, whose table has named properties, and with their events, which have none. */
import { eventsTable } from './events-table.ts';
import type { System, Tenant } from './system.ts';

const MAP = `
version: 1
location: EU
tables:
  - table: DATASET.people
    identifiers: [{type: distinct_id, column: distinct_id}]
    properties: [{name: email, column: email}, {name: plan, column: properties, key: plan}]
  - table: DATASET.events
    identifiers: [{type: distinct_id, column: distinct_id}]
`;

export async function peopleOf(system: System, name: string): Promise<Tenant> {
  const schema = [
    { name: 'distinct_id', type: 'STRING' },
    { name: 'email', type: 'STRING' },
    { name: 'properties', type: 'JSON' },
  ];
  const rows = [
    { distinct_id: 'jane', email: 'jane@example.com', properties: { plan: 'gold' } },
    { distinct_id: 'jane', properties: { plan: 'free' } },
    { distinct_id: 'jane', properties: {} },
    { distinct_id: 'joe', email: 'joe@example.com', properties: { plan: 'gold' } },
  ];
  const tables = [{ table: 'people', schema, rows }, eventsTable('events', ['jane'])];
  return system.createTenant(name, tables, (dataset) => MAP.replaceAll('DATASET', dataset));
}
