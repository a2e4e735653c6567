import type { ServerResponse } from 'node:http';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PortFact } from '@weft/contracts';
import type { NetworkView } from '../planners/network/network.index';
import { documentsOf } from './instance.documents';
import type { Documents, InstanceSettings } from './instance.documents';
import type { MetadataRequest, MetadataSource } from './metadata.source';
import { TEXT, send } from './metadata.source';

/** Instance ids become a directory name: nothing else than what an id may be. */
const INSTANCE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** What a lab's user says of an instance, and what goes to the instance as it is. */
const SETTINGS = 'settings.json';
const USER_DATA = 'user_data';

/**
 * For instances that no compute service looks after: what follows from the port, with the user data and keys of
 * `<directory>/<instance id>/`, in the shapes of EC2 and OpenStack. A file `<directory>/<instance id>/<path>` goes before that.
 */
export class StaticSource implements MetadataSource {
  constructor(
    private readonly directory: string | null,
    private readonly viewOf: (network: string) => NetworkView,
    private readonly availabilityZone: string,
  ) {}

  async answer({ method, target, port, body }: MetadataRequest, response: ServerResponse): Promise<void> {
    // Nothing that a guest sends is needed.
    body.resume();
    if (method !== 'GET' && method !== 'HEAD') return send(response, 405, 'Method Not Allowed\n');
    const path = canonicalPath(target.path);
    const content =
      (await this.fromFile(port.deviceId, path)) ??
      lookUp(await this.documents(port), path, await this.namesIn(port.deviceId, path));
    if (content === null) return send(response, 404, 'Not Found\n');
    send(response, 200, content, path.endsWith('.json') ? 'application/json' : TEXT);
  }

  private async documents(port: PortFact): Promise<Documents> {
    const view = this.viewOf(port.network);
    const network = view.network?.value ?? null;
    const ports = [...view.ports.values()].flatMap(({ value }) => (value?.deviceId === port.deviceId ? [value] : []));
    const settings = JSON.parse(String((await this.read(port.deviceId, SETTINGS)) ?? '{}')) as InstanceSettings;
    const userData = await this.read(port.deviceId, USER_DATA);
    return documentsOf({ port, ports, network, settings, userData, availabilityZone: this.availabilityZone });
  }

  private async read(instance: string, name: string): Promise<Buffer | null> {
    if (this.directory === null || !INSTANCE_ID.test(instance)) return null;
    return orNull(readFile(join(this.directory, instance, name)));
  }

  /** At the top are the instance's settings, which are no documents. */
  private fromFile(instance: string, path: string): Promise<Buffer | null> {
    return path.lastIndexOf('/') > 0 ? this.read(instance, path) : Promise.resolve(null);
  }

  private async namesIn(instance: string, path: string): Promise<string[]> {
    if (this.directory === null || !INSTANCE_ID.test(instance) || path === '/') return [];
    const entries = await orNull(readdir(join(this.directory, instance, path), { withFileTypes: true }));
    return (entries ?? []).map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  }
}

/** A version by its date is served as the latest: what a guest knows of it is still there. */
const canonicalPath = (path: string): string =>
  path
    .replace(/^\/openstack\/\d{4}-\d\d-\d\d(?=\/|$)/, '/openstack/latest')
    .replace(/^\/(1\.0|\d{4}-\d\d-\d\d)(?=\/|$)/, '/latest');

/** A document, or the names below a path, directories with a slash. */
function lookUp(all: Documents, path: string, more: readonly string[]): string | Buffer | null {
  const plain = path.replace(/\/$/, '');
  const directory = `${plain}/`;
  const content = all.get(plain) ?? all.get(directory);
  if (content !== undefined) return content;
  const names = new Set<string>(more);
  for (const key of all.keys()) {
    if (!key.startsWith(directory) || key === directory) continue;
    const [first, ...rest] = key.slice(directory.length).split('/');
    names.add(rest.length > 0 ? `${first}/` : (first as string));
  }
  return names.size > 0 ? [...names].sort().join('\n') : null;
}

async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
