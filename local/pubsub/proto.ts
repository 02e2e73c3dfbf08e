/** The service definitions, taken from the installed client so that both ends always speak the same version. */
import { createRequire } from 'node:module';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

type ServiceName = 'Publisher' | 'Subscriber' | 'SchemaService';

/** @returns the three services of google.pubsub.v1; field names in camelCase, 64-bit numbers and enums as text. */
export function loadServices(): Record<ServiceName, ServiceDefinition> {
  const load = createRequire(import.meta.url);
  const definitions = fromJSON(load('@google-cloud/pubsub/build/protos/protos.json'), {
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  const service = (name: ServiceName) => definitions[`google.pubsub.v1.${name}`] as ServiceDefinition;
  return {
    Publisher: service('Publisher'),
    Subscriber: service('Subscriber'),
    SchemaService: service('SchemaService'),
  };
}
