import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TestCloud } from '@weft/testing';

const exec = promisify(execFile);

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await TestCloud.start({ hosts: 0 });
}, 120_000);
afterAll(() => cloud?.stop(), 60_000);

/** The stock client, as Debian packages it. */
async function openstack<T>(...argv: string[]): Promise<T> {
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: join(cloud.home, 'clouds.yaml'), OS_CLOUD: 'weft' };
  const { stdout } = await exec('openstack', argv, { env });
  return (argv.includes('json') ? JSON.parse(stdout) : stdout) as T;
}
const json = ['-f', 'json'];

it('plans addresses by pools and scopes with the stock client', async () => {
  const scope = await openstack<{ id: string }>('address', 'scope', 'create', 'campus', ...json);
  const made = ['--pool-prefix', '10.60.0.0/16', '--default-prefix-length', '26', '--address-scope', 'campus'];
  const pool = await openstack<object>('subnet', 'pool', 'create', 'halls', ...made, '--tag', 'red', ...json);
  expect(pool).toMatchObject({ prefixes: ['10.60.0.0/16'], address_scope_id: scope.id, tags: ['red'] });
  await openstack('subnet', 'pool', 'set', 'halls', '--pool-prefix', '10.61.0.0/16');
  expect(await openstack('subnet', 'pool', 'show', 'halls', ...json)).toMatchObject({ prefixes: ['10.60.0.0/15'] });

  await openstack('network', 'create', 'blue', ...json);
  const subnet = (name: string, ...more: string[]) =>
    openstack<object>('subnet', 'create', name, '--network', 'blue', '--subnet-pool', 'halls', ...more, ...json);
  expect(await subnet('first')).toMatchObject({ cidr: '10.60.0.0/26', gateway_ip: '10.60.0.1' });
  expect(await subnet('second', '--prefix-length', '28')).toMatchObject({ cidr: '10.60.0.64/28' });
  expect(await openstack('network', 'show', 'blue', ...json)).toMatchObject({ ipv4_address_scope: scope.id });
  // 61 and 13 addresses beside the gateways.
  expect(await openstack('ip', 'availability', 'show', 'blue', ...json)).toMatchObject({ total_ips: 74, used_ips: 0 });
  expect(await openstack<object[]>('ip', 'availability', 'list', ...json)).toMatchObject([{ 'Total IPs': 74 }]);

  await expect(openstack('subnet', 'pool', 'delete', 'halls')).rejects.toThrow('existing allocations');
  await expect(openstack('address', 'scope', 'delete', 'campus')).rejects.toThrow('subnet pools in use');
  await openstack('network', 'delete', 'blue');
  await openstack('subnet', 'pool', 'delete', 'halls');
  await openstack('address', 'scope', 'delete', 'campus');
  expect(await openstack('subnet', 'pool', 'list', ...json)).toEqual([]);
}, 120_000);
