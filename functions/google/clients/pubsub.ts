/** A file of its own, so that the client is loaded at first use: esbuild gives names of CommonJS packages to static imports only. */
export { PubSub } from '@google-cloud/pubsub';
