import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ApiError } from '@weft/contracts';
import { currentTraceparent, logger, RotatingLog, withoutSecrets } from '@weft/telemetry';
import { HealthService } from '../runtime/health.service';
import { settings } from '../runtime/settings';
import { auditedSides } from './audited-object';

const log = logger('audit');

/** The user of a write. */
export interface AuditActor {
  readonly userId: string;
  readonly userName: string;
  readonly projectId: string | null;
  readonly domainId: string | null;
  readonly roles: readonly string[];
}

/** A write, done or refused. */
export interface AuditEntry {
  readonly requestId: string;
  /** Null: the caller is not authenticated. */
  readonly actor: AuditActor | null;
  /** The identity that an unauthenticated caller claims: `user_name`, … */
  readonly claimed?: Readonly<Record<string, string>>;
  /** Lines of the same kind that were left out before this one. */
  readonly omitted?: number;
  /** Address of the peer: the last proxy, where there is one. */
  readonly source: string;
  /** What proxies say whom they forwarded; a client may claim what it likes. */
  readonly forwardedFor: string | undefined;
  readonly method: string;
  /** Without query. */
  readonly path: string;
  /** The path with names of parameters in place of their values. */
  readonly route: string;
  /** Of the object; null: several, or none. */
  readonly resourceId: string | null;
  readonly status: number;
  /** Why it was refused. */
  readonly failure: ApiError | undefined;
  /** JSON texts of the object as it was, and as it is; undefined: not known, or there was none. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * Every write as one line of JSON, apart from the log: to a file that rotates (`WEFT_AUDIT_LOG=<path>`), or to stdout (`-`). A
 * line is with the operating system before the client has its answer, so a killed process loses none.
 */
@Injectable()
export class AuditLog implements OnApplicationShutdown {
  private readonly sink: Sink | null;
  private failing: string | null = null;

  constructor(health: HealthService) {
    this.sink = sinkOf(settings.optional('WEFT_AUDIT_LOG'));
    if (this.sink === null) return;
    health.register('audit', () => ({ ok: this.failing === null, ...(this.failing && { text: this.failing }) }));
  }

  onApplicationShutdown(): void {
    this.sink?.close();
  }

  get isEnabled(): boolean {
    return this.sink !== null;
  }

  write(entry: AuditEntry): void {
    if (!this.sink) return;
    try {
      this.sink.write(lineOf(entry));
      this.failing = null;
    } catch (error) {
      if (this.failing === null) log.error({ err: error }, 'the audit log cannot be written');
      this.failing = `it cannot be written: ${(error as Error).message}`;
    }
  }
}

interface Sink {
  write(line: string): void;
  close(): void;
}

function sinkOf(path: string | undefined): Sink | null {
  if (path === undefined) return null;
  if (path !== '-') return new RotatingLog(path);
  return { write: (line) => void process.stdout.write(line), close: () => undefined };
}

/** Of what a client claims, and of the text of a refusal, which may quote the client. */
const MAX_CHARACTERS = 1_024;
/** As long as a name may be. */
const MAX_CLAIMED = 255;

function lineOf({ actor, claimed, omitted, failure, before, after, ...entry }: AuditEntry): string {
  const sides = auditedSides({ before, after });
  const head = JSON.stringify({
    audit: 'write',
    time: new Date().toISOString(),
    request_id: entry.requestId,
    trace_id: currentTraceparent()?.split('-')[1] ?? null,
    user_id: actor?.userId ?? null,
    user_name: actor?.userName ?? null,
    project_id: actor?.projectId ?? null,
    domain_id: actor?.domainId ?? null,
    roles: actor?.roles ?? [],
    ...(claimed && { claimed: shortClaims(claimed) }),
    source: entry.source,
    ...(entry.forwardedFor !== undefined && { forwarded_for: short(entry.forwardedFor) }),
    method: entry.method,
    path: short(entry.path),
    route: entry.route,
    resource_id: entry.resourceId === null ? null : short(entry.resourceId),
    status: entry.status,
    ...(failure && { reason: reasonOf(failure) }),
    ...(omitted && { omitted }),
  });
  const line = `${head.slice(0, -1)},"before":${oneLine(sides.before)},"after":${oneLine(sides.after)}}`;
  return `${withoutSecrets(line)}\n`;
}

const reasonOf = ({ type, message, detail }: ApiError) => ({
  ...{ type, message: short(message) },
  ...(detail && { detail: short(detail) }),
});

/** Secrets go first: half of one is not recognised any more. */
const short = (text: string, most = MAX_CHARACTERS): string =>
  text.length <= most ? text : `${withoutSecrets(text).slice(0, most)}…`;

const shortClaims = (claimed: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(claimed).map(([name, value]) => [name, short(value, MAX_CLAIMED)]));

/** Between the values of a JSON text a line break means nothing, and inside of them there is none. */
const oneLine = (text: string | undefined): string => text?.replaceAll(/[\r\n]/g, ' ') ?? 'null';
