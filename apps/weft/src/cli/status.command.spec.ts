import { describeProof } from './status.command';

describe(describeProof.name, () => {
  it('names the one object, and each node with its reason', () => {
    const proof = {
      resource: 'ports',
      id: '4f1c',
      status: 'DOWN',
      generation: 3,
      requirements: [
        {
          component: 'wired',
          node: 'host1',
          state: 'absent',
          generation: 3,
          since: '2026-01-01T00:00:00Z',
          reason: 'admin-down',
          detail: null,
        },
      ],
    } as unknown as Parameters<typeof describeProof>[0];
    expect(describeProof(proof, Date.parse('2026-01-01T00:00:07Z'))).toBe(
      [
        'port 4f1c is DOWN, generation 3',
        '',
        'COMPONENT  NODE   STATE   GENERATION  SINCE  WHY',
        'wired      host1  absent  3 of 3      7 s    admin-down',
      ].join('\n'),
    );
  });
});
