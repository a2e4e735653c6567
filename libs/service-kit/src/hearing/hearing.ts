import Ajv, { type ValidateFunction } from 'ajv';
import { LRUCache } from 'lru-cache';
import { ApiError } from '@weft/contracts';
import type { Inbound } from '@weft/messaging';
import { logger } from '@weft/telemetry';
import { FORMATS } from './shapes';

const log = logger('hearing');

/** Who says the same nonsense again is not worth a line each time. */
const WARN_EVERY_MS = 60_000;
const REMEMBERED = 1_000;

const ajv = new Ajv({ allowUnionTypes: true });
for (const [name, accepts] of Object.entries(FORMATS)) ajv.addFormat(name, accepts);

/**
 * Bodies of one shape, as nodes send them. A node's credentials say nothing of what is in them: what has another shape is not believed, and
 * warned of once a minute for each subject.
 */
export class Hearing<T> {
  private readonly accepts: ValidateFunction<T>;
  private readonly warned = new LRUCache<string, true>({ max: REMEMBERED, ttl: WARN_EVERY_MS });

  /** @param schema JSON Schema of a `T`; formats beside it: see {@link FORMATS} */
  constructor(schema: object) {
    this.accepts = ajv.compile<T>(schema);
  }

  /** Null: it has another shape. */
  read(message: Inbound): T | null {
    const heard = this.understand(message);
    return 'body' in heard ? heard.body : null;
  }

  /** @throws ApiError 400 */
  require(message: Inbound): T {
    const heard = this.understand(message);
    if ('body' in heard) return heard.body;
    throw new ApiError('BadRequest', 400, `${message.subject}: ${heard.wrong}`);
  }

  private understand(message: Inbound): { readonly body: T } | { readonly wrong: string } {
    const heard = this.parse(message);
    if ('wrong' in heard && !this.warned.has(message.subject)) {
      this.warned.set(message.subject, true);
      log.warn({ subject: message.subject, bytes: message.data.length, wrong: heard.wrong }, 'not understood: dropped');
    }
    return heard;
  }

  private parse(message: Inbound): { readonly body: T } | { readonly wrong: string } {
    let body: unknown;
    try {
      body = message.json();
    } catch {
      return { wrong: 'it is no JSON' };
    }
    if (this.accepts(body)) return { body };
    const [error] = this.accepts.errors!;
    return { wrong: `${error!.instancePath || 'it'} ${error!.message}` };
  }
}
