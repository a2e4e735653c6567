import { createDataSource, migrate } from '@weft/persistence';
import { createTestDatabase } from '@weft/testing';
import { ipam } from '../src';

const NETWORK = '38360a2d-30e0-4ff1-b9de-c85e29dc94d8';
const SERVER = '9ee47171-5448-486e-a376-452ba548264c';

it('counts what is there already when a database becomes one with quotas', async () => {
  const url = await createTestDatabase();
  const { schema, migrations } = ipam.database!;
  const all = migrations as (new () => { name?: string })[];
  const until = all.findIndex((one) => one.name === 'Quota0003');
  expect(until).toBeGreaterThan(0);
  const before = await createDataSource({ url, schema, migrations: all.slice(0, until) as [] });
  const after = await createDataSource({ url, schema, migrations });
  try {
    await migrate(before, schema);
    const port = (id: string, mac: string) => `
      INSERT INTO port (id, network_id, project_id, name, description, mac, admin_state_up, device_id, device_owner,
        vnic_type, fixed_ips) VALUES (${id}, '${NETWORK}', 'p1', '', '', '${mac}', true, '', '', 'normal', '[]');`;
    await before.query(`
      INSERT INTO network (id, project_id, name, description, admin_state_up, mtu)
        VALUES ('${NETWORK}', 'p1', '', '', true, 1450), (gen_random_uuid(), 'p2', '', '', true, 1450);
      ${port('gen_random_uuid()', 'fa:16:3e:00:00:01')} ${port(`'${SERVER}'`, 'fa:16:3e:00:00:02')}
      INSERT INTO dhcp_binding (network_id, host, port_id) VALUES ('${NETWORK}', 'h1', '${SERVER}');
      INSERT INTO finished_write (project, key, operation, ids) VALUES ('p1', 'k', 'create_network', ARRAY['${NETWORK}']::uuid[]);`);
    await migrate(after, schema);
    expect(await after.query('SELECT * FROM quota_usage ORDER BY project_id, resource')).toEqual([
      { project_id: 'p1', resource: 'network', used: 1 },
      { project_id: 'p1', resource: 'port', used: 1 },
      { project_id: 'p2', resource: 'network', used: 1 },
    ]);
    expect(await after.query('SELECT id FROM port WHERE NOT counted')).toEqual([{ id: SERVER }]);
    expect(await after.query('SELECT ids FROM finished_write')).toEqual([{ ids: [NETWORK] }]);
  } finally {
    await before.destroy();
    await after.destroy();
  }
});
