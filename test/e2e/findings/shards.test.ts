/** Date shards whose columns have grown over time. */
import { System } from '../../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

test('named properties are erased in a shard that is older than one of their columns', async () => {
  const old = [
    { name: 'distinct_id', type: 'STRING' },
    { name: 'email', type: 'STRING' },
  ];
  const rows = [{ distinct_id: 'jane', email: 'jane@example.com' }];
  const tenant = await system.createTenant(
    'grown',
    [
      { table: 'e_20260101', schema: old, rows },
      {
        table: 'e_20260201',
        schema: [...old, { name: 'phone', type: 'STRING' }],
        rows: [{ distinct_id: 'jane', email: 'jane@example.com', phone: '1' }],
      },
    ],
    (dataset) => `
version: 1
location: EU
tables:
  - table: ${dataset}.e_*
    identifiers: [{type: distinct_id, column: distinct_id}]
    properties: [{name: email, column: email}, {name: phone, column: phone}]
`,
  );
  const { json } = await tenant.post('/requests', {
    type: 'deletion',
    subjects: [{ type: 'distinct_id', value: 'jane' }],
    scope: { properties: ['email', 'phone'] },
  });
  await system.settled();
  await system.stack.tick();

  const shown = (await tenant.get(`/requests/${json.id}`)).json;
  expect([shown.state, shown.condition_reason]).toEqual(['completed', null]);
});
