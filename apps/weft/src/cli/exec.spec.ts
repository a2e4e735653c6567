import { commandOf } from './exec';

describe(commandOf.name, () => {
  it.each([
    [
      ['--', 'ping', '-c1', 'x'],
      ['ping', '-c1', 'x'],
    ],
    [
      ['ping', '--', 'x'],
      ['ping', '--', 'x'],
    ],
    [
      ['--json', '--', 'ip', '--json'],
      ['ip', '--json'],
    ],
    [['--json', 'ip'], ['ip']],
  ])('takes %j for %j', (words, command) => {
    expect(commandOf(words)).toEqual(command);
  });
});
