import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fact } from '@weft/contracts';
import { ManualClock } from '@weft/reconcile';
import { StateFile } from '../src/state/state.file';

const fact = (generation: number): Fact => ({ generation, value: null });

describe(StateFile.name, () => {
  let directory: string;
  let facts: Map<string, Fact>;
  const clock = new ManualClock();
  const open = () => new StateFile(directory, clock, () => facts.entries());

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'weft-state-'));
    facts = new Map();
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('gives back a snapshot and what was noted after it', () => {
    facts.set('a', fact(1)).set('b', fact(1));
    const sut = open();
    sut.replace();
    sut.record([
      ['a', fact(2)],
      ['b', null],
      ['c', fact(1)],
    ]);
    clock.advance(1_000);
    expect(new Map(open().load())).toEqual(
      new Map([
        ['a', fact(2)],
        ['c', fact(1)],
      ]),
    );
  });

  it('drops the torn last line of a crash, and nothing before it', () => {
    const sut = open();
    sut.record([['a', fact(1)]]);
    sut.flush();
    appendFileSync(join(directory, 'facts.log'), '["b",{"gener');
    expect(open().load()).toEqual([['a', fact(1)]]);
  });

  it('sets a file aside that it cannot read, and starts with nothing', () => {
    writeFileSync(join(directory, 'facts.json'), 'no json');
    expect(open().load()).toEqual([]);
    expect(readFileSync(join(directory, 'facts.json.unreadable'), 'utf8')).toBe('no json');
  });

  it.each([
    ['a snapshot', 'facts.json', '[["network.a",{"generation":1,"value":{"segment":{}}}]]'],
    ['a journal', 'facts.log', '["network.a",{"generation":1,"value":{"segment":{}}}]\n'],
  ])('drops %s of the form of an older version, and goes on in its own', (_, file, text) => {
    writeFileSync(join(directory, file), text);
    const sut = open();
    expect(sut.load()).toEqual([]);
    sut.record([['b', fact(1)]]);
    sut.flush();
    expect(open().load()).toEqual([['b', fact(1)]]);
  });

  it('folds a long journal into the snapshot', () => {
    facts.set('a', fact(2_000));
    const sut = open();
    sut.load();
    for (let i = 0; i < 2_000; i += 100) {
      sut.record(Array.from({ length: 100 }, (_, n) => ['a', fact(i + n)] as const));
      sut.flush();
    }
    expect(readFileSync(join(directory, 'facts.json'), 'utf8')).toContain('2000');
    expect(new Map(open().load()).get('a')?.generation).toBeGreaterThanOrEqual(1_999);
  });
});
