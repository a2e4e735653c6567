import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PortFact } from '@weft/contracts';
import { hostName } from '@weft/dataplane';
import type { MetadataAnswer, MetadataRequest, MetadataSource } from './metadata.source';

const TEXT = 'text/plain; charset=utf-8';
/** Instance ids become a directory name: nothing else than what an id may be. */
const INSTANCE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * Files `<directory>/<instance id>/<path>`, and where there is none, what follows from the port itself, in the shapes
 * of EC2 (`/latest/meta-data/`) and OpenStack (`/openstack/latest/meta_data.json`).
 */
export class StaticSource implements MetadataSource {
  constructor(
    private readonly directory: string | null,
    private readonly domainOf: (network: string) => string,
  ) {}

  async answer({ method, path, headers, port }: MetadataRequest): Promise<MetadataAnswer> {
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, contentType: TEXT, body: 'Method Not Allowed\n' };
    const instance = headers['x-instance-id'] ?? '';
    const builtIn = documents(port, this.domainOf(port.network));
    const found = (await this.fromFile(instance, path)) ?? fromDocuments(builtIn, path);
    return found ?? { status: 404, contentType: TEXT, body: 'Not Found\n' };
  }

  private async fromFile(instance: string, path: string): Promise<MetadataAnswer | null> {
    if (this.directory === null || !INSTANCE_ID.test(instance)) return null;
    const file = join(this.directory, instance, path);
    try {
      if ((await stat(file)).isDirectory()) {
        const names = await readdir(file, { withFileTypes: true });
        return text(
          names
            .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
            .sort()
            .join('\n'),
        );
      }
      return { status: 200, contentType: typeOf(path), body: await readFile(file) };
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
      throw error;
    }
  }
}

/** Path → content, of all that can be said of an instance from its port. */
function documents(port: PortFact, domain: string): ReadonlyMap<string, string> {
  const ipv4 = port.addresses.find((address) => !address.ip.includes(':'))?.ip;
  const ip = ipv4 ?? port.addresses[0]?.ip ?? '';
  const name = domain && ip ? `${hostName(ip)}.${domain}` : ip ? hostName(ip) : port.deviceId;
  const ec2 = {
    ...{ hostname: name, 'instance-id': port.deviceId, 'local-hostname': name },
    ...(ipv4 !== undefined && { 'local-ipv4': ipv4 }),
    mac: port.mac,
  };
  const nova = { uuid: port.deviceId, name, hostname: name, project_id: port.projectId };
  return new Map([
    ...Object.entries(ec2).map(([key, value]) => [`/latest/meta-data/${key}`, value] as const),
    ['/openstack/latest/meta_data.json', JSON.stringify(nova)],
  ]);
}

/** A document, or the names below a path, directories with a slash. */
function fromDocuments(all: ReadonlyMap<string, string>, path: string): MetadataAnswer | null {
  const body = all.get(path.replace(/\/$/, '') || '/');
  if (body !== undefined) return { ...text(body), contentType: typeOf(path) };
  const directory = path.endsWith('/') ? path : `${path}/`;
  const names = new Set<string>();
  for (const key of all.keys()) {
    if (!key.startsWith(directory)) continue;
    const [first, ...rest] = key.slice(directory.length).split('/');
    names.add(rest.length > 0 ? `${first}/` : (first as string));
  }
  return names.size > 0 ? text([...names].sort().join('\n')) : null;
}

const text = (body: string): MetadataAnswer => ({ status: 200, contentType: TEXT, body });
const typeOf = (path: string): string => (path.endsWith('.json') ? 'application/json' : TEXT);
