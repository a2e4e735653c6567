import fc from 'fast-check';
import { ApiError, isStorable, type RequestContext, RESOURCES } from '@weft/contracts';
import { compileResource } from './compile';

const ctx: RequestContext = {
  requestId: 'req-1',
  idempotencyKey: 'req-1',
  userId: 'u1',
  projectId: 'p1',
  roles: ['member', 'reader'],
};

/** Values near the border of what validators accept, and anything else. */
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    '10.0.0.0/24',
    'fd00::/64',
    '10.0.0.1',
    'fa:16:3e:00:00:01',
    4,
    6,
    'slaac',
    '',
    -1,
    1e300,
    null,
    '\0',
  ),
  fc.uuid(),
  fc.ipV4(),
  fc.ipV6(),
  fc.array(fc.record({ start: fc.ipV4(), end: fc.oneof(fc.ipV4(), fc.jsonValue()) })),
  fc.array(fc.record({ destination: fc.string(), nexthop: fc.ipV4() })),
  fc.array(fc.record({ ip_address: fc.oneof(fc.ipV4(), fc.jsonValue()), subnet_id: fc.uuid() }, { requiredKeys: [] })),
);

/** The outcome, or the failure of the test by whatever else was thrown. */
function judged<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) return null;
    throw error;
  }
}

describe.each(RESOURCES.map((definition) => [definition.collection, compileResource(definition)] as const))(
  'parsers of %s',
  (_collection, resource) => {
    const { member, collection, attributes } = resource.definition;
    const names = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...Object.keys(attributes)) },
      { weight: 1, arbitrary: fc.string() },
    );
    const item = fc.dictionary(names, value);
    const body = fc.oneof(
      fc.jsonValue(),
      item.map((each) => ({ [member]: each })),
      fc
        .array(
          fc.oneof(
            item,
            item.map((each) => ({ [member]: each })),
          ),
          { maxLength: 3 },
        )
        .map((items) => ({ [collection]: items })),
    );

    it('answer any body with items or an error of the client', () => {
      fc.assert(
        fc.property(body, (each) => {
          const created = judged(() => resource.parseCreate(each, ctx));
          for (const made of created?.items ?? []) {
            expect(isStorable(made)).toBe(true);
            for (const name of Object.keys(made)) expect(attributes[name]?.post).toBe(true);
          }
          const changes = judged(() => resource.parseUpdate(each, ctx));
          for (const name of Object.keys(changes ?? {})) expect(attributes[name]?.put).toBe(true);
        }),
        { numRuns: 500 },
      );
    });

    it('accept what they have made', () => {
      fc.assert(
        fc.property(item, (each) => {
          const made = judged(() => resource.parseCreate({ [member]: each }, ctx))?.items[0];
          if (made) expect(resource.parseCreate({ [member]: made }, ctx).items[0]).toEqual(made);
        }),
        { numRuns: 500 },
      );
    });

    it('answer any query with a query or an error of the client', () => {
      const key = fc.oneof(names, fc.constantFrom('fields', 'limit', 'marker', 'sort_key', 'sort_dir', 'page_reverse'));
      const text = fc.oneof(
        fc.string(),
        fc.uuid(),
        fc.constantFrom('asc', 'true', '5', 'ip_address=10.0.0.1', '=', 'name'),
      );
      fc.assert(
        fc.property(fc.array(fc.tuple(key, text), { maxLength: 5 }), (pairs) => {
          const parsed = judged(() => resource.parseQuery(new URLSearchParams(pairs)));
          for (const name of Object.keys(parsed?.filters ?? {})) expect(attributes[name]?.filter).toBe(true);
          for (const { key: name } of parsed?.sort ?? []) expect(attributes[name]?.sort).toBe(true);
        }),
        { numRuns: 500 },
      );
    });
  },
);
