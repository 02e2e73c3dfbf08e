import { InjectedFailure } from '../faults.ts';
import { type Answer, type Call, NoSuchRoute } from '../http.ts';
import { ApiError, invalid, NotModified, notSupported } from './api-error.ts';
import { isXmlPath, renderXmlError, XmlError } from './xml-error.ts';

/** Renders what was thrown as the API that was called would: JSON, plain text for a download, XML for a signed URL. */
export function renderError(error: unknown, call: Call | undefined): Answer {
  if (error instanceof NotModified) return { status: 304 };
  if (error instanceof XmlError) return renderXmlError(error);
  const known = toApiError(error);
  if (call !== undefined && isXmlPath(call.url.pathname)) return renderXmlError(XmlError.from(known));
  // The real service answers a failed download with the bare message: that is the message of the client's error.
  if (call?.method === 'GET' && call.query.get('alt') === 'media') {
    return {
      status: known.status,
      headers: { 'content-type': 'text/html; charset=UTF-8' },
      body: known.message,
    };
  }
  const { status, reason, message, place } = known;
  const detail = { message, domain: 'global', reason, ...place };
  return { status, json: { error: { code: status, message, errors: [detail] } } };
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof InjectedFailure) return new ApiError(error.status, error.reason, error.message);
  if (error instanceof NoSuchRoute) return notSupported(error.message.replace(/ is not served.*/, ''));
  if (error instanceof SyntaxError) return new ApiError(400, 'parseError', 'Parse Error');
  if (error instanceof URIError) return invalid('The request path is not valid percent-encoding.');
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new ApiError(500, 'backendError', `The local stand-in for Cloud Storage failed: ${message}`);
}
