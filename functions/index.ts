/** Registrations only: each deployment picks its function by FUNCTION_TARGET, and imports no other's code. */
import { http } from '@google-cloud/functions-framework';
import { keepRequestsRaw } from './api/raw-http.ts';
import { readConfig } from './config.ts';
import { connect } from './services.ts';

const target = process.env['FUNCTION_TARGET'];
const services = connect(readConfig(process.env));

switch (target) {
  case 'api': {
    keepRequestsRaw();
    const { createApi } = await import('./api/handler.ts');
    http('api', createApi(services));
    break;
  }
  case 'erase': {
    const { createWorker } = await import('./workers/handler.ts');
    const { eraser } = await import('./workers/erase/worker.ts');
    http('erase', createWorker(services, eraser));
    break;
  }
  case 'export': {
    const { createWorker } = await import('./workers/handler.ts');
    const { exporter } = await import('./workers/export/worker.ts');
    http('export', createWorker(services, exporter));
    break;
  }
  default:
    throw new Error(`FUNCTION_TARGET must be api, erase or export, not ${target ?? 'absent'}`);
}
