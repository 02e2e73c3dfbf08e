/** Loaded at first use: see pubsub.ts. */
export { Storage } from '@google-cloud/storage';
