import { RESOURCES } from '@weft/contracts';
import { parseIfMatch } from './if-match';
import { RouteTable } from './route-table';

describe(RouteTable.name, () => {
  const table = new RouteTable([...RESOURCES, { ...RESOURCES[0]!, collection: 'a_b', path: '/a-b' }]);

  it('finds collections, objects and actions', () => {
    expect(table.find(['networks'])).toMatchObject({ kind: 'collection' });
    expect(table.find(['networks', 'x'])).toMatchObject({ kind: 'object', id: 'x' });
    const tag = table.find(['networks', 'x', 'tags', 'red']);
    expect(tag).toMatchObject({ kind: 'action', id: 'x', params: { tag: 'red' }, pattern: 'tags/{tag}' });
    expect(tag?.kind === 'action' && tag.actions.map(({ method }) => method)).toEqual(['GET', 'PUT', 'DELETE']);
  });

  it('finds nothing else', () => {
    for (const path of [
      [],
      ['nope'],
      ['networks', 'x', 'nope'],
      ['agents', 'x', 'tags'],
      ['networks', 'x', 'tags', 'a', 'b'],
    ]) {
      expect(table.find(path)).toBeNull();
    }
  });

  const parent = { ...RESOURCES[0]!, collection: 'policies', path: '/qos/policies' };
  const rules = { ...parent, collection: 'some_rules', path: '/qos/policies/{policy_id}/some_rules', parent };
  // Declared before its parent.
  const nested = new RouteTable([rules, parent, RESOURCES[0]!]);

  it('finds what lies below an object, with the id of that object', () => {
    expect(nested.find(['qos', 'policies', 'p', 'some_rules'])).toMatchObject({ kind: 'collection', parentId: 'p' });
    const found = nested.find(['qos', 'policies', 'p', 'some-rules', 'r']);
    expect(found).toMatchObject({ kind: 'object', parentId: 'p', id: 'r' });
    expect(found?.resource.definition).toBe(rules);
    expect(nested.find(['qos', 'policies', 'p', 'some_rules', 'r', 'tags'])).toMatchObject({
      ...{ kind: 'action', parentId: 'p', id: 'r', pattern: 'tags' },
    });
    expect(nested.find(['networks', 'p', 'some_rules'])).toBeNull();
  });

  it('lets the prefix of a service be left out, and no other part', () => {
    expect(nested.find(['policies', 'p'])).toEqual(nested.find(['qos', 'policies', 'p']));
    expect(nested.find(['policies', 'p', 'some_rules'])).toEqual(nested.find(['qos', 'policies', 'p', 'some_rules']));
    for (const path of [['qos'], ['qos', 'networks'], ['nope', 'policies'], ['some_rules']]) {
      expect(nested.find(path)).toBeNull();
    }
  });

  it('takes dashes for underscores', () => {
    expect(table.find(['a_b'])).toEqual(table.find(['a-b']));
    expect(table.find(['a_b'])).not.toBeNull();
  });
});

describe('parseIfMatch', () => {
  it('reads a revision and refuses everything else', () => {
    expect(parseIfMatch(undefined)).toEqual({});
    expect(parseIfMatch('revision_number=12')).toEqual({ ifRevision: 12 });
    for (const bad of ['', '*', 'revision_number=', 'revision_number=-1', 'revision_number=1x']) {
      expect(() => parseIfMatch(bad)).toThrow(/etag must be in the format/);
    }
  });
});
