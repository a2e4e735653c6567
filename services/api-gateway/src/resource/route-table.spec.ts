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
