/**
 * What UPDATE does to rows, by the reference implementation. Rows are given by a query and come back as JSON text, so
 * that no encoder of ours stands between: what its evaluator answers is handed back to it as it came.
 */
import { credentials, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { QueryParameter } from '../../../local/bigquery/sql/contract.ts';
import { LANGUAGE_OPTIONS } from '../../support/googlesql-language.ts';
import { findReferenceImplementation, startServer } from '../../support/googlesql-server.ts';
import { literalOf } from './parameter-literal.ts';

export interface Updated {
  changed: number;
  /** `TO_JSON_STRING` of every row, by the first column. */
  rows: string[];
}

export interface UpdateJudge {
  /** @param rows a query whose first column tells the rows apart */
  table(rows: string): Promise<Table>;
  /** @param statement calls the table `t` */
  update(table: Table, statement: string, parameters: readonly QueryParameter[]): Promise<Updated>;
  stop(): Promise<void>;
}

interface Cell {
  stringValue?: string;
}
interface Column {
  name: string;
  type: object;
}
interface QueryAnswer {
  content: { tableData?: { row?: { cell: Cell[] }[] } };
  prepared: { columns: Column[] };
}
interface ModifyAnswer {
  content?: { operation: string; cell: Cell[]; oldPrimaryKey: Cell[] }[];
}
/** As the evaluator gave it, and as it takes it. */
export interface Table {
  columns: Column[];
  rows: Cell[][];
}

interface Parameter {
  name: string | undefined;
  type: object | undefined;
  value: Cell | undefined;
}

type Method = (request: object, done: (error: ServiceError | null, answer: never) => void) => void;
interface Client {
  waitForReady(deadline: number, done: (error?: Error) => void): void;
  close(): void;
  evaluateQuery: Method;
  evaluateModify: Method;
}

const READY_MILLISECONDS_MAX = 20_000;

export async function startUpdateJudge(): Promise<UpdateJudge> {
  const found = findReferenceImplementation();
  if ('missing' in found) throw new Error(found.missing);
  const server = await startServer(found.binary);
  const client = connect(server.port, found.protos);
  await new Promise<void>((resolve, reject) =>
    client.waitForReady(Date.now() + READY_MILLISECONDS_MAX, (error) => (error ? reject(error) : resolve())),
  );
  const call = <Answer>(method: 'evaluateQuery' | 'evaluateModify', request: object): Promise<Answer> =>
    new Promise((resolve, reject) =>
      client[method](request, (error, answer) =>
        error ? reject(new Error(error.details, { cause: error })) : resolve(answer),
      ),
    );

  async function table(sql: string): Promise<Table> {
    const { content, prepared } = await call<QueryAnswer>('evaluateQuery', request(sql));
    return { columns: prepared.columns, rows: (content.tableData?.row ?? []).map(({ cell }) => cell) };
  }

  return {
    table,
    async update(before, statement, parameters) {
      const values = await Promise.all(
        parameters.map(async ({ name, parameterType, parameterValue }) => {
          const { columns, rows: cells } = await table(
            `SELECT ${literalOf(parameterType, parameterValue)} AS v`,
          );
          return { name, type: columns[0]?.type, value: cells[0]?.[0] };
        }),
      );
      const { content = [] } = await call<ModifyAnswer>('evaluateModify', request(statement, before, values));
      const changes = new Map(
        content.map(({ cell, oldPrimaryKey }) => [JSON.stringify(oldPrimaryKey[0]), cell]),
      );
      const after = before.rows.map((row) => changes.get(JSON.stringify(row[0])) ?? row);
      const [key] = before.columns;
      const { content: printed } = await call<QueryAnswer>(
        'evaluateQuery',
        request(`SELECT TO_JSON_STRING(t) FROM t ORDER BY \`${key?.name}\``, { ...before, rows: after }),
      );
      const texts = (printed.tableData?.row ?? []).map(({ cell }) => cell[0]?.stringValue ?? '');
      return { changed: content.length, rows: texts };
    },
    async stop() {
      client.close();
      await server.stop();
    },
  };
}

function connect(port: number, protos: string): Client {
  const definition = loadSync('local_service.proto', { includeDirs: [protos], longs: String, enums: String });
  const { zetasql } = loadPackageDefinition(definition) as unknown as {
    zetasql: { local_service: { ZetaSqlLocalService: new (...args: unknown[]) => Client } };
  };
  return new zetasql.local_service.ZetaSqlLocalService(`127.0.0.1:${port}`, credentials.createInsecure());
}

function request(sql: string, table?: Table, params: Parameter[] = []) {
  const columns = table?.columns.map(({ name, type }) => ({ name, type })) ?? [];
  return {
    sql,
    options: {
      languageOptions: LANGUAGE_OPTIONS,
      defaultTimezone: 'UTC',
      queryParameters: params.map(({ name, type }) => ({ name, type })),
    },
    simpleCatalog: {
      name: 'bigquery',
      builtinFunctionOptions: { languageOptions: LANGUAGE_OPTIONS },
      table: table && [{ name: 't', serializationId: 1, column: columns, primaryKeyColumnIndex: [0] }],
    },
    params: params.map(({ name, value }) => ({ name, value })),
    tableContent: table && { t: { tableData: { row: table.rows.map((cell) => ({ cell })) } } },
  };
}
