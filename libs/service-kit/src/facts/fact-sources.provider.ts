import type { FactoryProvider } from '@nestjs/common';
import type { FactSource } from './fact-source';

export const FACT_SOURCES = Symbol('FactSource[]');

/** Provides the sources of all facts that a service writes; the kit audits FACTS by them. A service's root module has one. */
export const factSources = <Dependencies extends readonly unknown[]>(
  inject: FactoryProvider['inject'] & object,
  sources: (...dependencies: Dependencies) => readonly FactSource<unknown>[],
): FactoryProvider => ({ provide: FACT_SOURCES, inject, useFactory: sources as FactoryProvider['useFactory'] });
