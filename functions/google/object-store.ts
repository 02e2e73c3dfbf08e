import type { Bucket, FileMetadata } from '@google-cloud/storage';
import type { ObjectStore, StoredObject } from '../ports.ts';

/**
 * An `ObjectStore` in a Cloud Storage bucket. Google's client repeats by itself what has a precondition and failed
 * on the way (https://cloud.google.com/storage/docs/retry-strategy); a create that was repeated although its first
 * try had arrived is recognised by its content.
 */
export function createObjectStore(project: string, bucketName: string): ObjectStore {
  let opened: Promise<Bucket> | undefined;
  const bucket = (): Promise<Bucket> => {
    // Imported at first use: it is the dearest import of the process, and probes need none of it.
    opened ??= import('./clients/storage.ts').then(({ Storage }) =>
      new Storage({ projectId: project }).bucket(bucketName),
    );
    return opened;
  };

  const head = async (name: string): Promise<StoredObject | undefined> => {
    const file = (await bucket()).file(name);
    return absentAs404(async () => toStored((await file.getMetadata())[0]));
  };

  const download = async (name: string, generation: string): Promise<string | undefined> => {
    const file = (await bucket()).file(name, { generation });
    return absentAs404(async () => (await file.download())[0].toString('utf8'));
  };

  const read: ObjectStore['read'] = async (name) => {
    for (;;) {
      const object = await head(name);
      if (object === undefined) return undefined;
      const body = await download(name, object.generation);
      // Replaced between the two calls: look again.
      if (body !== undefined) return { object, body };
    }
  };

  const save = async (
    name: string,
    body: string,
    generation: string | 0,
    metadata: Record<string, string>,
  ): Promise<StoredObject | undefined> => {
    const file = (await bucket()).file(name);
    return unmetAs412(async () => {
      await file.save(body, {
        resumable: false,
        contentType: 'application/json',
        preconditionOpts: { ifGenerationMatch: generation },
        metadata: { metadata },
      });
      return toStored(file.metadata);
    });
  };

  return {
    head,
    read,

    async create(name, body, metadata = {}) {
      const created = await save(name, body, 0, metadata);
      if (created !== undefined) return created;
      const standing = await read(name);
      return standing?.body === body ? standing.object : undefined;
    },

    async replace(name, body, generation, metadata = {}) {
      return save(name, body, generation, metadata);
    },

    async setMetadata(name, metadata, { generation, metageneration }, customTime) {
      const file = (await bucket()).file(name, { generation });
      return unmetAs412(async () => {
        const [updated] = await file.setMetadata(
          {
            metadata,
            ...(customTime !== undefined && { customTime: new Date(customTime).toISOString() }),
          } as FileMetadata,
          { ifMetagenerationMatch: metageneration },
        );
        return toStored(updated as FileMetadata);
      });
    },

    async remove(name, generation) {
      const file = (await bucket()).file(name);
      await unmetAs412(async () => {
        await file.delete({ ignoreNotFound: true, ...(generation && { ifGenerationMatch: generation }) });
      });
    },

    async *list(prefix) {
      const handle = await bucket();
      let query: object | null = { prefix, autoPaginate: false };
      while (query !== null) {
        const [files, next]: [{ metadata: FileMetadata }[], object | null, unknown] = (await handle.getFiles(
          query,
        )) as never;
        for (const { metadata } of files) yield toStored(metadata);
        query = next;
      }
    },
  };
}

function toStored(metadata: FileMetadata): StoredObject {
  const { name, generation, metageneration, timeCreated } = metadata;
  if (name === undefined || generation === undefined || metageneration === undefined) {
    throw new Error('Cloud Storage answered without name, generation or metageneration');
  }
  return {
    name,
    generation: String(generation),
    metageneration: String(metageneration),
    metadata: (metadata.metadata ?? {}) as Record<string, string>,
    createdAt: Date.parse(timeCreated ?? ''),
  };
}

async function absentAs404<T>(call: () => Promise<T>): Promise<T | undefined> {
  return callUnless(404, call);
}

async function unmetAs412<T>(call: () => Promise<T>): Promise<T | undefined> {
  return callUnless(412, call);
}

async function callUnless<T>(status: number, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if ((error as { code?: unknown }).code === status) return undefined;
    throw error;
  }
}
