import fc from 'fast-check';
import { DeltaTracker } from './delta-tracker';
import { OwnedSet } from './owned-set';

const tracker = () => new DeltaTracker<number>((a, b) => a === b);

describe(DeltaTracker.name, () => {
  it('derives what to make, what to change and what to remove', () => {
    const sut = tracker();
    sut.setDesired('new', 1);
    sut.setDesired('changed', 2);
    sut.setDesired('same', 3);
    sut.replaceActual([
      ['changed', 1],
      ['same', 3],
      ['stray', 9],
    ]);
    expect([...sut.pendingUpdates()]).toEqual([
      { key: 'new', desired: 1, actual: undefined },
      { key: 'changed', desired: 2, actual: 1 },
    ]);
    expect([...sut.pendingDeletes()]).toEqual([{ key: 'stray', actual: 9 }]);
  });

  it('names as drift only what had been in order', () => {
    const sut = tracker();
    sut.setDesired('applied', 1);
    sut.setActual('applied', 1);
    sut.setDesired('never-applied', 1);
    expect(sut.replaceActual([])).toEqual(['applied']);
  });

  it('agrees with a comparison from scratch after any history, and is settled once its work is done', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.oneof(
      fc.record({ op: fc.constantFrom('setDesired', 'setActual'), key, value: fc.integer({ min: 0, max: 2 }) }),
      fc.record({ op: fc.constantFrom('deleteDesired', 'deleteActual'), key, value: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const sut = tracker();
        const desired = new Map<string, number>();
        const actual = new Map<string, number>();
        for (const { op, key, value } of steps) {
          if (op === 'setDesired') {
            sut.setDesired(key, value);
            desired.set(key, value);
          } else if (op === 'setActual') {
            sut.setActual(key, value);
            actual.set(key, value);
          } else if (op === 'deleteDesired') {
            sut.deleteDesired(key);
            desired.delete(key);
          } else {
            sut.deleteActual(key);
            actual.delete(key);
          }
        }
        const updates = [...desired].filter(([k, v]) => actual.get(k) !== v).map(([k]) => k);
        const deletes = [...actual.keys()].filter((k) => !desired.has(k));
        expect([...sut.pendingUpdates()].map((u) => u.key).sort()).toEqual(updates.sort());
        expect([...sut.pendingDeletes()].map((d) => d.key).sort()).toEqual(deletes.sort());
        for (const { key, desired } of sut.pendingUpdates()) sut.setActual(key, desired);
        for (const { key } of sut.pendingDeletes()) sut.deleteActual(key);
        expect(sut.pending).toBe(0);
      }),
    );
  });
});

describe(OwnedSet.name, () => {
  it('removes what an owner no longer wants and leaves the objects of others', () => {
    const delta = tracker();
    const sut = new OwnedSet(delta);
    sut.setDesired(
      'net-a',
      new Map([
        ['x', 1],
        ['y', 1],
      ]),
    );
    sut.setDesired('net-b', new Map([['z', 1]]));
    sut.setDesired('net-a', new Map([['y', 2]]));
    expect([...delta.desiredKeys()].sort()).toEqual(['y', 'z']);
    expect(delta.getDesired('y')).toBe(2);
  });

  it('gives a contested object back to the older owner when the newer one withdraws', () => {
    const delta = tracker();
    const sut = new OwnedSet(delta);
    sut.setDesired('old', new Map([['x', 1]]));
    sut.setDesired('new', new Map([['x', 2]]));
    expect(delta.getDesired('x')).toBe(2);
    sut.setDesired('new', new Map());
    expect(delta.getDesired('x')).toBe(1);
  });
});
