import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { requireInstanceName } from '@weft/lab';

/** Files that the user names. */
export interface SettingsFiles {
  readonly userData?: string;
  /** OpenSSH public keys. */
  readonly key?: readonly string[];
}

/**
 * Reads what an instance shall be told, so that a file that is missing is known before anything is made.
 * @returns lays it down where the nodes' metadata service looks for it (`user_data`, `settings.json`); nothing, when nothing is given
 */
export function readSettings({ userData, key = [] }: SettingsFiles): (directory: string, instance: string) => void {
  const data = userData === undefined ? null : readFileSync(userData);
  const publicKeys = Object.fromEntries(
    key.map((file) => [basename(file).replace(/\.pub$/, ''), readFileSync(file, 'utf8').trim()]),
  );
  return (directory, instance) => {
    const place = join(directory, requireInstanceName(instance));
    if (data !== null || key.length > 0) mkdirSync(place, { recursive: true, mode: 0o700 });
    if (data !== null) writeFileSync(join(place, 'user_data'), data, { mode: 0o600 });
    if (key.length > 0) writeFileSync(join(place, 'settings.json'), JSON.stringify({ publicKeys }), { mode: 0o600 });
  };
}

export function removeSettings(directory: string, instance: string): void {
  rmSync(join(directory, requireInstanceName(instance)), { recursive: true, force: true });
}
