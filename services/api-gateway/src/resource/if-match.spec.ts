import { parseIfMatch } from './if-match';

describe('parseIfMatch', () => {
  it('reads a revision and refuses everything else', () => {
    expect(parseIfMatch(undefined)).toEqual({});
    expect(parseIfMatch('revision_number=12')).toEqual({ ifRevision: 12 });
    for (const bad of ['', '*', 'revision_number=', 'revision_number=-1', 'revision_number=1x']) {
      expect(() => parseIfMatch(bad)).toThrow(/etag must be in the format/);
    }
  });
});
