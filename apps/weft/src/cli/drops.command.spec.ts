import { Command } from 'commander';
import { describeDrops, dropsCommand } from './drops.command';

const at = '2026-11-21T12:00:00.000Z';
const now = Date.parse(at) + 5_000;

describe('describeDrops', () => {
  it('says why, how often and what', () => {
    const tcp = {
      ethertype: 'IPv4',
      protocol: 6,
      source_ip: '10.0.0.9',
      destination_ip: '10.0.0.5',
      destination_port: 22,
    };
    const arp = { ethertype: 'ARP', source_mac: 'fa:16:3e:00:00:01', destination_mac: 'ff:ff:ff:ff:ff:ff' };
    const text = describeDrops(
      {
        counts: [{ reason: 'no-rule', packets: 12, last_at: at }],
        samples: [
          { ...tcp, at, reason: 'no-rule', direction: 'ingress' },
          { ...arp, at, reason: 'spoofed-ip', direction: 'egress' },
        ],
      },
      now,
    );
    expect(text.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['REASON', 'PACKETS', 'LAST'],
      ['no-rule', '12', '5 s'],
      [''],
      ['AGO', 'REASON', 'DIRECTION', 'FROM', 'TO', 'WHAT'],
      ['5 s', 'no-rule', 'ingress', '10.0.0.9', '10.0.0.5 port 22', 'tcp'],
      ['5 s', 'spoofed-ip', 'egress', 'fa:16:3e:00:00:01', 'ff:ff:ff:ff:ff:ff', 'ARP'],
    ]);
  });

  it('says so when there is nothing', () => {
    expect(describeDrops({ counts: [], samples: [] })).toBe('Nothing of this port was dropped.');
  });
});

describe('weft drops', () => {
  const parse = (...argv: string[]) => {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
    dropsCommand(program, () => {
      throw new Error('nothing is to be told');
    });
    for (const command of program.commands) command.copyInheritedSettings(program);
    return program.parseAsync(argv, { from: 'user' });
  };

  it.each([
    [['p', '--reason', 'no-rule', '--reason', 'spite'], /It is one of no-rule, /],
    [['p', '--limit', '-1'], /It is a number/],
    [['p', '--limit', 'x'], /It is a number/],
  ])('refuses %j, and says what there is', async (argv, message) => {
    await expect(parse('drops', ...argv)).rejects.toThrow(message);
  });
});
