import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import {
  type PortDrops,
  type RequestContext,
  resourceName,
  RESOURCES,
  type RuleStats,
  type StatusProof,
} from '@weft/contracts';
import { compileResource } from '../parse/compile';
import { openApiDocument } from './document';
import { EXAMPLES } from './examples';
import { schemaName } from './schema';

const document = openApiDocument();
const components = document.components as { schemas: Record<string, { properties?: object }>; responses: object };
const ajv = new Ajv({ strict: true, allowUnionTypes: true, validateFormats: false });
ajv.addSchema({ $id: 'openapi', $defs: components.schemas });
const accepts = (schema: string, value: unknown): boolean =>
  ajv.validate({ $ref: `openapi#/$defs/${schema}` }, value) || fail(schema);
const fail = (schema: string): never => {
  throw new Error(`${schema}: ${ajv.errorsText()}`);
};
const admin: RequestContext = { requestId: 'r', idempotencyKey: 'r', userId: 'u', projectId: 'p', roles: ['admin'] };

describe.each(RESOURCES.map((definition) => [schemaName(definition), definition] as const))(
  'OpenAPI of %s',
  (title, definition) => {
    const example = EXAMPLES[resourceName(definition)]!;

    it('shows an example with every visible attribute, which its schema accepts', () => {
      expect(Object.keys(example.object).sort()).toEqual(Object.keys(components.schemas[title]!.properties!).sort());
      expect(accepts(title, example.object)).toBe(true);
    });

    it('shows bodies which schema and parser accept', () => {
      const { parseCreate, parseUpdate } = compileResource(definition);
      // An example for every operation, and for no other.
      const { create, update } = definition.operations;
      expect([example.create !== undefined, example.update !== undefined]).toEqual([create, update]);
      if (example.update) {
        expect(accepts(`${title}Update`, example.update)).toBe(true);
        expect(parseUpdate({ [definition.member]: example.update }, admin)).toEqual(example.update);
      }
      if (example.create) {
        expect(accepts(`${title}Create`, example.create)).toBe(true);
        expect(parseCreate({ [definition.member]: example.create }, admin).items[0]).toMatchObject(example.create);
      }
    });
  },
);

it('refers to nothing that is not there', () => {
  const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g);
  for (const [, kind, name] of references) expect(components).toHaveProperty([kind!, name!]);
});

it('describes the views', () => {
  const time = '2026-11-21T12:00:00.000Z';
  const drops: PortDrops = {
    counts: [{ reason: 'no-rule', packets: 5, last_at: time }],
    samples: [
      {
        ...{ reason: 'no-rule', direction: 'ingress', at: time, ethertype: 'IPv4', protocol: 6, destination_port: 22 },
        ...{ source_mac: 'fa:16:3e:00:00:01', destination_mac: 'fa:16:3e:00:00:02', source_ip: '10.0.0.9' },
      },
    ],
  };
  const stats: RuleStats = { packets: 1, bytes: 60, hosts: [{ host: 'h', packets: 1, bytes: 60, updated_at: time }] };
  const requirement = { node: null, component: 'wired', state: 'pending', generation: null, since: null } as const;
  const status: StatusProof = {
    ...{ resource: 'ports', id: '38360a2d-30e0-4ff1-b9de-c85e29dc94d8', status: 'DOWN', generation: 3 },
    requirements: [requirement, { ...requirement, node: 'h', since: time, reason: 'tap-missing', detail: 'x' }],
  };
  expect(accepts('Drops', { drops })).toBe(true);
  expect(accepts('Stats', { stats })).toBe(true);
  expect(accepts('Status', status)).toBe(true);
  expect(() => accepts('Drops', { drops: { ...drops, more: 1 } })).toThrow('additional properties');
});

it('lists the statuses of the edge for each operation', () => {
  const paths = document.paths as Record<string, Record<string, { responses?: object; security?: [] }>>;
  const operations = Object.values(paths).flatMap((item) => Object.values(item).filter(({ responses }) => responses));
  expect(operations.length).toBeGreaterThan(40);
  for (const { responses, security } of operations) {
    const answers = Object.keys(responses!);
    expect(answers).toEqual(expect.arrayContaining(['408', '431']));
    expect([answers.includes('401'), answers.includes('429')]).toEqual([!security, !security]);
  }
});

it('names each operation once', () => {
  const ids = Array.from(JSON.stringify(document).matchAll(/"operationId":"(\w+)"/g), (match) => match[1]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(40);
});

it('is what docs/openapi.json holds (else: npm run gen)', () => {
  const kept: unknown = JSON.parse(readFileSync(join(__dirname, '../../../../docs/openapi.json'), 'utf8'));
  expect(kept).toEqual(JSON.parse(JSON.stringify(document)));
});
