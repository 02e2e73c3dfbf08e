/** The DuckDB file behind the stand-in: a pool of connections, reads, and transactions that are durable when they return. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import duckdb, {
  type DuckDBConnection,
  type DuckDBInstance,
  type DuckDBMaterializedResult,
  type DuckDBValue,
} from '@duckdb/node-api';

export type Binds = Record<string, unknown>;

/** What one transaction or read works with. */
export class Session {
  readonly connection: DuckDBConnection;
  constructor(connection: DuckDBConnection) {
    this.connection = connection;
  }

  async run(sql: string, binds: Binds = {}): Promise<DuckDBMaterializedResult> {
    const used = Object.entries(binds).filter(([name]) => mentions(sql, name));
    if (used.length === 0) return this.connection.run(sql);
    return this.connection.run(sql, Object.fromEntries(used) as Record<string, DuckDBValue>);
  }

  async rows<T>(sql: string, binds: Binds = {}): Promise<T[]> {
    return (await (await this.run(sql, binds)).getRowObjectsJS()) as T[];
  }
}

export class Database {
  readonly #instance: DuckDBInstance;
  readonly #idle: DuckDBConnection[] = [];
  readonly #busy = new Set<DuckDBConnection>();

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  static async open(folder: string): Promise<Database> {
    await mkdir(folder, { recursive: true });
    const instance = await duckdb.DuckDBInstance.create(join(folder, 'bigquery.duckdb'), {
      // Everything needed is built in; a missing function must be an error, not a download.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'true',
    });
    const database = new Database(instance);
    await database.read((session) => session.run("SET GLOBAL TimeZone = 'UTC'"));
    return database;
  }

  /** @param signal interrupts what runs on the connection. */
  async read<T>(work: (session: Session) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const connection = this.#idle.pop() ?? (await this.#instance.connect());
    this.#busy.add(connection);
    const interrupt = () => connection.interrupt();
    signal?.addEventListener('abort', interrupt);
    try {
      return await work(new Session(connection));
    } finally {
      signal?.removeEventListener('abort', interrupt);
      this.#busy.delete(connection);
      this.#idle.push(connection);
    }
  }

  /** All or nothing; on disk when it resolves. */
  async transaction<T>(work: (session: Session) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.read(async (session) => {
      await session.run('BEGIN');
      let result: T;
      try {
        result = await work(session);
        signal?.throwIfAborted();
      } catch (error) {
        await session.run('ROLLBACK').catch(() => {});
        throw error;
      }
      await session.run('COMMIT');
      return result;
    }, signal);
  }

  interruptAll(): void {
    for (const connection of this.#busy) connection.interrupt();
  }

  close(): void {
    for (const connection of this.#idle) connection.closeSync();
    this.#instance.closeSync();
  }
}

/** DuckDB refuses values for parameters that a statement has not. */
function mentions(sql: string, name: string): boolean {
  return new RegExp(`\\$${name}(?!\\w)`).test(sql);
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
