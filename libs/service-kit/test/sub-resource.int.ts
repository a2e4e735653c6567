import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  networks,
  UNSPECIFIED,
  type AttributeDefinition,
  type RequestContext,
  type ResourceDefinition,
} from '@weft/contracts';
import { startNats, startPostgres, type NatsServer, type PostgresServer } from '@weft/lab';
import { connectMessaging, Messaging } from '@weft/messaging';
import { createDataSource, Database } from '@weft/persistence';
import { Policy } from '@weft/policy';
import { ResourceEndpoint, ResourceReader, type ResourceTable } from '../src';

const read: AttributeDefinition = {
  ext: 'x',
  post: false,
  put: false,
  default: UNSPECIFIED,
  visible: true,
  filter: true,
  sort: true,
};
const base = { ext: 'x', service: 'zoo', bulk: false, pagination: true, sorting: true } as const;
const operations = { create: true, update: false, delete: true };

const parent: ResourceDefinition = {
  ...base,
  ...{ member: 'house', collection: 'houses', path: '/houses', notFound: 'HouseNotFound', title: 'House', operations },
  attributes: { id: networks.attributes.id },
};
const beasts: ResourceDefinition = {
  ...base,
  ...{ member: 'beast', collection: 'beasts', path: '/houses/{house_id}/beasts', parent, operations },
  key: { attribute: 'name', type: 'text' },
  notFound: 'BeastNotFound',
  title: 'Beast',
  attributes: { name: { ...read, primaryKey: true }, legs: { ...read, type: 'integer' } },
};

const own = { rows: (project: string) => `h.project_id = ${project}` };
const houseTable: ResourceTable = {
  definition: parent,
  table: 'house',
  from: 'house h',
  id: 'h.id',
  columns: { id: 'h.id' },
  visibility: [{ ...own, target: (project) => ({ project_id: project }) }],
};
const beastTable: ResourceTable = {
  definition: beasts,
  table: 'beast',
  from: 'beast b JOIN house h ON h.id = b.house_id',
  id: 'b.name',
  parent: { id: 'b.house_id', table: houseTable },
  columns: { name: 'b.name', legs: 'b.legs' },
  visibility: [{ ...own, target: (project) => ({ 'ext_parent:project_id': project }) }],
};
const policy = new Policy({
  get_house: 'project_id:%(project_id)s',
  get_house_beast: 'role:admin or project_id:%(ext_parent:project_id)s',
});

const MINE = '38360a2d-30e0-4ff1-b9de-c85e29dc94d8';
const EMPTY = '9ee47171-5448-486e-a376-452ba548264c';
const FOREIGN = 'edc4150e-b0fd-4aa9-a64d-729c3a682e74';
const ctx: RequestContext = { requestId: 'r', idempotencyKey: 'r', userId: 'u', projectId: 'p1', roles: [] };

describe('a sub-resource in its tables', () => {
  let dir: string;
  let postgres: PostgresServer;
  let nats: NatsServer;
  let messaging: Messaging;
  let database: Database;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'weft-kit-'));
    postgres = await startPostgres({ dir: join(dir, 'pg') });
    nats = await startNats({ dir: join(dir, 'nats') });
    messaging = new Messaging(await connectMessaging({ url: nats.url, name: 'test' }));
    database = new Database(await createDataSource({ url: postgres.url, schema: 'public', migrations: [] }));
    await database.query('CREATE TABLE house (id uuid PRIMARY KEY, project_id text)');
    await database.query('CREATE TABLE beast (house_id uuid, name text, legs int, PRIMARY KEY (house_id, name))');
    await database.query(`INSERT INTO house VALUES ('${MINE}', 'p1'), ('${EMPTY}', 'p1'), ('${FOREIGN}', 'p2')`);
    await database.query(
      `INSERT INTO beast SELECT h.id, n, 4 FROM house h, unnest(ARRAY['Ape', 'bee', 'cow']) n WHERE h.id <> '${EMPTY}'`,
    );
    const service = {
      create: async () => ['Ape'],
      delete: (_: RequestContext, { parentId, id }: { parentId?: string; id: string }) =>
        database.query('DELETE FROM beast WHERE house_id = $1 AND name = $2', [parentId, id]).then(() => undefined),
    };
    const endpoint = new ResourceEndpoint(new ResourceReader(beastTable, database, policy), service);
    messaging.respond('svc.zoo.houses_beasts.*', 'zoo', (message) =>
      endpoint.handle(message.subject.slice(message.subject.lastIndexOf('.') + 1), message.json()),
    );
  });
  afterAll(async () => {
    await messaging.close();
    await database.dataSource.destroy();
    await nats.stop();
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const ask = async (operation: string, request: object): Promise<string> => {
    const bytes = await messaging.requestRaw(`svc.zoo.houses_beasts.${operation}`, { ctx, ...request });
    return Buffer.from(bytes).toString();
  };
  const list = async (parentId: string, query: object = {}) =>
    (await ask('list', { parentId, query: { filters: {}, sort: [], fields: ['name'], ...query } })).split('\n')[1];

  it('lists and pages what lies below its parent and nothing else', async () => {
    expect(await list(MINE)).toBe('{"name":"Ape"},{"name":"bee"},{"name":"cow"}');
    expect(await list(MINE, { limit: 1, marker: 'Ape' })).toBe('{"name":"bee"}');
    expect(await list(EMPTY)).toBe('');
  });

  it('is found by its key as it is written, below its parent', async () => {
    expect(await ask('show', { parentId: MINE, id: 'Ape' })).toBe('{"body":{"name":"Ape","legs":4}}');
    expect(await ask('create', { parentId: MINE, items: [{}], explicit: [[]], bulk: false })).toContain('"Ape"');
    for (const [parentId, id] of [
      [MINE, 'ape'],
      [EMPTY, 'Ape'],
      [MINE, ''],
    ]) {
      await expect(ask('show', { parentId, id })).rejects.toMatchObject({ type: 'BeastNotFound', status: 404 });
    }
  });

  it.each(['list', 'show', 'create', 'delete'])('is not there for %s below a parent that is not', async (operation) => {
    const request = { id: 'Ape', query: { filters: {}, sort: [] }, items: [{}], explicit: [[]], bulk: false };
    for (const parentId of [FOREIGN, '00000000-0000-4000-8000-000000000000', 'x', undefined]) {
      await expect(ask(operation, { ...request, ...(parentId && { parentId }) })).rejects.toMatchObject({
        type: 'HouseNotFound',
        status: 404,
      });
    }
    // Nobody is so mighty that he reaches through a parent which he may not see.
    const mighty = { ...ctx, roles: ['admin'] };
    await expect(ask(operation, { ...request, ctx: mighty, parentId: FOREIGN })).rejects.toMatchObject({ status: 404 });
  });

  it('is deleted below its parent only', async () => {
    await ask('delete', { parentId: MINE, id: 'cow' });
    expect(await list(MINE)).toBe('{"name":"Ape"},{"name":"bee"}');
    expect(await database.query(`SELECT name FROM beast WHERE house_id = '${FOREIGN}'`)).toHaveLength(3);
  });
});
