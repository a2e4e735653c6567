import { decodeCursor, encodeCursor, keysetCondition, orderOf } from './keyset';
import { SqlText } from './sql-text';

const key = (expression: string, descending = false) => ({ expression, descending });

describe('keyset paging', () => {
  it('compares rows when all keys run one way, so that an index serves', () => {
    const sql = new SqlText();
    expect(keysetCondition([key('name'), key('id')], ['n', '1'], 'after', sql)).toBe('(name, id) > ($1, $2)');
    expect(sql.values).toEqual(['n', '1']);
  });

  it('compares step by step when keys run different ways', () => {
    const condition = keysetCondition([key('name', true), key('id')], ['n', '1'], 'after', new SqlText());
    expect(condition).toBe('((name < $1) OR (name = $1 AND id > $2))');
  });

  it('turns every key around to look back', () => {
    expect(keysetCondition([key('id')], ['1'], 'before', new SqlText())).toBe('(id) < ($1)');
    expect(orderOf([key('name', true), key('id')], 'backward')).toBe('name ASC, id DESC');
  });

  it('gets its cursor back', () => {
    const cursor = { after: ['ä', '1'], left: 3 };
    expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
  });

  it('refuses a cursor that is none', () => expect(() => decodeCursor('%%%')).toThrow('Malformed cursor'));
});
