/**
 * Google's own GoogleSQL (formerly ZetaSQL) as a judge of statements: its analyzer says whether BigQuery would
 * understand them, its reference evaluator what they do to rows. It has no jobs, no partitions and no costs.
 */
import { credentials, loadPackageDefinition, type ServiceError, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Statement } from '../../functions/sql/statement.ts';
import { hasNestedDml, LANGUAGE_OPTIONS, withImplicitAlias } from './googlesql-language.ts';
import { findReferenceImplementation, type RunningServer, startServer } from './googlesql-server.ts';
import { rowOf } from './googlesql-rows.ts';
import {
  arrayOf,
  type Column,
  fromProto,
  type Row,
  type ScalarType,
  toProto,
  typeProto,
  type ValueProto,
} from './googlesql-values.ts';

export interface Table {
  /** As the statement has it between backticks: `project.dataset.table`. */
  name: string;
  columns: Column[];
  rows: readonly Row[];
}

export interface JudgeOptions {
  /** What BigQuery calls `default_time_zone`: UTC unless project or organisation say otherwise. */
  timeZone?: string;
}

type Analysis = { ok: true } | { ok: false; message: string };

export interface GoogleSql {
  analyze(statement: Statement, table: Table, options?: JudgeOptions): Promise<Analysis>;
  /** Result rows by column name; INT64 as text. */
  evaluateQuery(
    statement: Statement,
    table: Table,
    options?: JudgeOptions,
  ): Promise<Record<string, string | null>[]>;
  /** Which rows a DELETE takes: their positions in `table.rows`, ascending. */
  evaluateDelete(statement: Statement, table: Table, options?: JudgeOptions): Promise<number[]>;
  /** All rows of the table after an UPDATE, and how many it changed. */
  evaluateUpdate(statement: Statement, table: Table): Promise<{ rows: Row[]; changed: number }>;
  stop(): Promise<void>;
}

/** No column of BigQuery can have this name, so no statement can mean it. */
const ROW_KEY = '$row';
const READY_SECONDS_MAX = 20;

type Method = (request: object, done: (error: ServiceError | null, answer: never) => void) => void;
interface ServiceClient {
  waitForReady(deadline: number, done: (error?: Error) => void): void;
  close(): void;
  analyze: Method;
  evaluateQuery: Method;
  evaluateModify: Method;
}

async function startGoogleSql(): Promise<GoogleSql> {
  const found = findReferenceImplementation();
  if ('missing' in found) throw new Error(found.missing);
  const server = await startServer(found.binary);
  const definition = loadSync('local_service.proto', {
    includeDirs: [found.protos],
    longs: String,
    enums: String,
  });
  const { zetasql } = loadPackageDefinition(definition) as unknown as {
    zetasql: {
      local_service: { ZetaSqlLocalService: new (...args: unknown[]) => ServiceClient };
    };
  };
  const client = new zetasql.local_service.ZetaSqlLocalService(
    `127.0.0.1:${server.port}`,
    credentials.createInsecure(),
    { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_receive_message_length': -1 },
  );
  try {
    await new Promise<void>((resolve, reject) => {
      const deadline = Date.now() + READY_SECONDS_MAX * 1000;
      client.waitForReady(deadline, (error) => (error ? reject(error) : resolve()));
    });
  } catch (cause) {
    client.close();
    await server.stop();
    throw new Error("Google's GoogleSQL server did not come up", { cause });
  }
  return judge(client, server);
}

function judge(client: ServiceClient, server: RunningServer): GoogleSql {
  function call<Answer>(
    method: 'analyze' | 'evaluateQuery' | 'evaluateModify',
    request: object,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      client[method](request, (error, answer) => {
        if (error) reject(new Error(error.details, { cause: error }));
        else resolve(answer);
      });
    });
  }
  return {
    async analyze(statement, table, options) {
      const { sql, params: _params, ...rest } = requestFor(statement, table, options);
      try {
        const answer = await call<object>('analyze', { sqlStatement: sql, ...rest });
        return hasNestedDml(answer) ? { ok: false, message: 'BigQuery has no nested DML' } : { ok: true };
      } catch (error) {
        const { cause, message } = error as Error & { cause: ServiceError };
        // Anything else is not a verdict on the statement.
        if (cause.code !== status.INVALID_ARGUMENT) throw error;
        return { ok: false, message };
      }
    },
    async evaluateQuery(statement, table, options) {
      const { content, prepared } = await call<QueryAnswer>('evaluateQuery', {
        ...requestFor(statement, table, options),
        ...contentOf(table),
      });
      const names = prepared.columns.map(({ name }) => name);
      return (content.tableData?.row ?? []).map(({ cell }) =>
        Object.fromEntries(names.map((name, index) => [name, fromProto(cell[index] ?? {})])),
      );
    },
    async evaluateDelete(statement, table, options) {
      const { content = [] } = await call<ModifyAnswer>('evaluateModify', {
        ...requestFor(statement, table, options),
        ...contentOf(table),
      });
      const keys = content.map(({ operation, oldPrimaryKey }) => {
        if (operation !== 'DELETE') throw new Error(`a DELETE did an ${operation}`);
        return Number(oldPrimaryKey[0]?.int64Value);
      });
      return keys.sort((a, b) => a - b);
    },
    async evaluateUpdate(statement, table) {
      const { content = [] } = await call<ModifyAnswer>('evaluateModify', {
        ...requestFor(statement, table),
        ...contentOf(table),
      });
      const columns = withKey(table.columns);
      const rows = [...table.rows];
      for (const { operation, oldPrimaryKey, cell } of content) {
        if (operation !== 'UPDATE') throw new Error(`an UPDATE did an ${operation}`);
        const { [ROW_KEY]: _key, ...row } = rowOf(columns, cell);
        rows[Number(oldPrimaryKey[0]?.int64Value)] = row;
      }
      return { rows, changed: content.length };
    },
    async stop() {
      client.close();
      await server.stop();
    },
  };
}

interface QueryAnswer {
  content: { tableData?: { row?: { cell: ValueProto[] }[] } };
  prepared: { columns: { name: string }[] };
}

interface ModifyAnswer {
  content?: { operation: string; oldPrimaryKey: ValueProto[]; cell: ValueProto[] }[];
}

const withKey = (columns: readonly Column[]): Column[] => [
  { name: ROW_KEY, type: 'INT64', isPseudo: true },
  ...columns,
];

function requestFor(statement: Statement, table: Table, { timeZone = 'UTC' }: JudgeOptions = {}) {
  const parameters = Object.entries(statement.types).map(([name, type]) => {
    if (!Array.isArray(type)) {
      const scalar = type as ScalarType;
      const value = statement.params[name];
      return { name, type: typeProto(scalar), value: toProto(scalar, value === null ? null : String(value)) };
    }
    const elementType = type[0] as ScalarType;
    return {
      name,
      type: { typeKind: 'TYPE_ARRAY', arrayType: { elementType: typeProto(elementType) } },
      value: arrayOf(elementType, statement.params[name] as string[]),
    };
  });
  const column = withKey(table.columns).map(({ name, type, isPseudo }) => ({
    name,
    type: typeProto(type),
    isPseudoColumn: isPseudo ?? false,
  }));
  return {
    sql: withImplicitAlias(statement.query),
    options: {
      languageOptions: LANGUAGE_OPTIONS,
      defaultTimezone: timeZone,
      queryParameters: parameters.map(({ name, type }) => ({ name, type })),
    },
    simpleCatalog: {
      name: 'bigquery',
      builtinFunctionOptions: { languageOptions: LANGUAGE_OPTIONS },
      table: [{ name: table.name, serializationId: 1, column, primaryKeyColumnIndex: [0] }],
    },
    params: parameters.map(({ name, value }) => ({ name, value })),
  };
}

function contentOf(table: Table) {
  const columns = withKey(table.columns);
  const row = table.rows.map((values, index) => ({
    cell: columns.map(({ name, type }) => toProto(type, name === ROW_KEY ? String(index) : values[name])),
  }));
  return { tableContent: { [table.name]: { tableData: { row } } } };
}

/**
 * Declares tests that need the judge. Where it does not run they are declared as skipped, and the reason is printed:
 * a suite that is silently smaller would look like one that passed.
 */
export function describeWithGoogleSql(name: string, declare: (judge: () => GoogleSql) => void): void {
  const found = findReferenceImplementation();
  if ('missing' in found) {
    process.stderr.write(`SKIPPED ${name}: Google's GoogleSQL reference implementation: ${found.missing}\n`);
    describe.skip(name, () =>
      declare(() => {
        throw new Error(found.missing);
      }),
    );
    return;
  }
  describe(name, () => {
    let running: GoogleSql | undefined;
    beforeAll(async () => {
      running = await startGoogleSql();
    });
    afterAll(() => running?.stop());
    declare(() => {
      if (running === undefined) throw new Error('the reference implementation is not running');
      return running;
    });
  });
}
