import { readFileSync } from 'node:fs';
import { settings } from '@weft/service-kit';

/** Keystone's address and the service user; see docs/configuration.md. */
export interface KeystoneSettings {
  /** Without `/v3`. */
  readonly url: URL;
  readonly username: string;
  readonly password: string;
  readonly userDomain: string;
  readonly project: string;
  readonly projectDomain: string;
  /** PEM; absent: the system's authorities. */
  readonly ca?: string;
  readonly cacheMs: number;
}

/** @throws Error naming the variable that is missing or makes no sense */
export function keystoneSettings(): KeystoneSettings {
  const url = settings.text('WEFT_KEYSTONE_URL');
  if (!URL.canParse(url) || !['http:', 'https:'].includes(new URL(url).protocol)) {
    throw new Error(`WEFT_KEYSTONE_URL must be an http or https URL, not '${url}'`);
  }
  const cacheSeconds = settings.integer('WEFT_KEYSTONE_CACHE_SECONDS', 30);
  if (cacheSeconds < 0) throw new Error(`WEFT_KEYSTONE_CACHE_SECONDS must be 0 or more, not '${cacheSeconds}'`);
  const caFile = settings.optional('WEFT_KEYSTONE_CA_FILE');
  return {
    url: new URL(url.replace(/\/+(v3\/*)?$/, '')),
    username: settings.text('WEFT_KEYSTONE_USERNAME'),
    password: settings.text('WEFT_KEYSTONE_PASSWORD'),
    userDomain: settings.text('WEFT_KEYSTONE_USER_DOMAIN', 'Default'),
    project: settings.text('WEFT_KEYSTONE_PROJECT', 'service'),
    projectDomain: settings.text('WEFT_KEYSTONE_PROJECT_DOMAIN', 'Default'),
    ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }),
    cacheMs: cacheSeconds * 1_000,
  };
}
