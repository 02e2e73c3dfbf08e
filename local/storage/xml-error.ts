import type { Answer } from '../http.ts';
import { type ApiError, noSuchBucket } from './api-error.ts';

/** An error of the XML API, which serves signed URLs. https://cloud.google.com/storage/docs/xml-api/reference-status */
export class XmlError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: string | undefined;
  /** Further elements, such as `StringToSign`. */
  readonly elements: Record<string, string>;

  constructor(
    status: number,
    code: string,
    message: string,
    details?: string,
    elements: Record<string, string> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.elements = elements;
  }

  /** Says an error of the JSON API in the words of the XML API. */
  static from({ status, reason, message }: ApiError): XmlError {
    if (message === noSuchBucket().message) return new XmlError(404, 'NoSuchBucket', message);
    const said = WORDS[`${status} ${reason}`];
    if (said === undefined) return new XmlError(status, reason, message);
    const [code, text = message] = said;
    return new XmlError(status, code, text, text === message ? undefined : message);
  }
}

const WORDS: Record<string, [code: string, message?: string]> = {
  '404 notFound': ['NoSuchKey', 'The specified key does not exist.'],
  '412 conditionNotMet': ['PreconditionFailed'],
  '416 requestedRangeNotSatisfiable': ['InvalidRange', 'The requested range cannot be satisfied.'],
  '403 retentionPolicyNotMet': ['AccessDenied', 'Access denied.'],
  '400 invalid': ['InvalidArgument', 'Invalid argument.'],
  '429 rateLimitExceeded': ['SlowDown'],
  '501 notImplemented': ['NotImplemented'],
  '503 backendError': ['ServiceUnavailable'],
  '500 backendError': ['InternalError'],
};

/** Looks ahead: the XML API serves `/BUCKET/OBJECT`, as in signed URLs, wherever the JSON API serves nothing. */
export const NOT_JSON = '(?!/(?:(?:upload|download)/)?storage/v1/|/b(?:/|$)|/batch(?:/|$))';

const XML_PATH = new RegExp(`^${NOT_JSON}`);

export function isXmlPath(path: string): boolean {
  return XML_PATH.test(path);
}

export function renderXmlError({ status, code, message, details, elements }: XmlError): Answer {
  const parts = Object.entries({
    Code: code,
    Message: message,
    ...(details !== undefined && { Details: details }),
    ...elements,
  }).map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`);
  return {
    status,
    headers: { 'content-type': 'application/xml; charset=UTF-8' },
    body: `<?xml version='1.0' encoding='UTF-8'?><Error>${parts.join('')}</Error>`,
  };
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
