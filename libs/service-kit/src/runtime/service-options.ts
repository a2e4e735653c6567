import type { Type } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { DatabaseOptions } from '@weft/persistence';

/** A service as its process runs it: what it is, and what of the kit it uses. */
export interface ServiceOptions {
  /** Also its user at the broker, its queue group and the `svc.<name>.` of its subjects. */
  readonly name: string;
  readonly version: string;
  /** Its feature modules. */
  readonly module: Type;
  /** For services that own rows: their schema. */
  readonly database?: Omit<DatabaseOptions, 'url'>;
  /** For services that read FACTS, or write them from the rows of their `factSources`. */
  readonly facts?: 'reads' | 'writes';
  /** Statements that delete rows which have served; the leader runs them every ten minutes. */
  readonly retention?: readonly string[];
  /** Serves HTTP, too. */
  readonly http?: { readonly adapter: () => AbstractHttpAdapter; readonly host: string; readonly port: number };
}

export const SERVICE_OPTIONS = Symbol('ServiceOptions');
