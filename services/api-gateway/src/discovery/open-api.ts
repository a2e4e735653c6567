import { openApiDocument } from '@weft/api';
import type { Answer } from '../http/answer';

let text: string | undefined;

/** `GET /openapi.json`: made from the definitions once, on the first question. */
export function openApiAnswer(): Answer {
  text ??= JSON.stringify(openApiDocument());
  return { status: 200, body: text };
}
