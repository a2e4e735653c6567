import { OrderingTable } from './ordering';

describe(OrderingTable.name, () => {
  it('creates up the table and deletes down', () => {
    const sut = new OrderingTable(['bridge', 'port', 'entry']);
    expect(sut.forUpdates()).toEqual(['bridge', 'port', 'entry']);
    expect(sut.forDeletes()).toEqual(['entry', 'port', 'bridge']);
  });

  it('refuses a kind that has no place, and one that has two', () => {
    const sut = new OrderingTable<string>(['bridge']);
    expect(() => sut.rankOf('route')).toThrow('no place');
    expect(() => new OrderingTable(['a', 'a'])).toThrow('twice');
  });
});
