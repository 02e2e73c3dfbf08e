/** Loaded at first use: see pubsub.ts. */
export { GoogleAuth } from 'google-auth-library';
