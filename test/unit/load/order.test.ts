import { parseOrder, UsageError } from '../../../local/load/order.ts';

describe('the arguments of npm run load', () => {
  test('name a table, a file and a schema', () => {
    expect(parseOrder(['shop.events', 'rows.ndjson', '--schema', 's.json'])).toEqual({
      dataset: 'shop',
      table: 'events',
      file: 'rows.ndjson',
      schemaFile: 's.json',
      format: 'NEWLINE_DELIMITED_JSON',
      isReplacing: false,
    });
  });

  test.each([
    ['ts', { type: 'DAY', field: 'ts' }],
    ['ts:hour', { type: 'HOUR', field: 'ts' }],
    ['_PARTITIONTIME', { type: 'DAY' }],
    ['_partitiontime:MONTH', { type: 'MONTH' }],
  ])('--partition-by %s', (text, timePartitioning) => {
    expect(parseOrder(['a.b', 'c.csv', '--partition-by', text])).toMatchObject({ timePartitioning });
  });

  test('may name a partition, a location, and that rows are replaced', () => {
    expect(parseOrder(['a.b$20261124', 'c.csv.gz', '--location', 'US', '--replace'])).toMatchObject({
      table: 'b',
      partition: '20261124',
      location: 'US',
      format: 'CSV',
      isReplacing: true,
    });
  });

  test.each([
    ['rows.csv', 'CSV'],
    ['rows.CSV.gz', 'CSV'],
    ['rows.json', 'NEWLINE_DELIMITED_JSON'],
    ['rows.jsonl.gz', 'NEWLINE_DELIMITED_JSON'],
  ])('the format of %s is %s', (file, format) => {
    expect(parseOrder(['a.b', file])).toMatchObject({ format });
  });

  test('--format says what the name does not', () => {
    expect(parseOrder(['a.b', 'rows.txt', '--format', 'csv'])).toMatchObject({ format: 'CSV' });
  });

  test.each([
    [[], 'DATASET.TABLE and FILE are needed'],
    [['a.b'], 'DATASET.TABLE and FILE are needed'],
    [['events', 'rows.csv'], 'not DATASET.TABLE: events'],
    [['a.b', 'x.csv', 'y.csv'], 'one FILE at a time, not also y.csv'],
    [['a.b', 'rows.txt'], 'the name rows.txt does not tell its format'],
    [['a.b', 'rows.csv', '--format', 'avro'], '--format must be csv or ndjson, not avro'],
    [
      ['a.b', 'rows.csv', '--partition-by', 'ts:WEEK'],
      '--partition-by must be COLUMN or COLUMN:HOUR|DAY|MONTH|YEAR',
    ],
    [['a.b', 'rows.csv', '--shema', 's.json'], "Unknown option '--shema'"],
  ])('%j is refused', (args, message) => {
    expect(() => parseOrder(args)).toThrow(UsageError);
    expect(() => parseOrder(args)).toThrow(message);
  });

  test('--help needs nothing else', () => {
    expect(parseOrder(['--help'])).toBe('help');
  });
});
