import type { Fact } from '@weft/contracts';
import { Interests } from './interests';

const assignment = (network: string | null): Fact => ({
  generation: 1,
  value: network === null ? null : { port: 'p', network },
});

describe('Interests', () => {
  it('bring a network with its first assignment and drop it with the last', () => {
    const interests = new Interests('h1', new Map());
    expect(interests.scopes).toEqual(['node.', 'host.h1.']);
    expect(interests.update('host.h1.port.1', assignment('A'))).toEqual({ come: ['network.A'], gone: [] });
    expect(interests.update('host.h1.port.2', assignment('A'))).toEqual({ come: [], gone: [] });
    expect(interests.update('host.h1.port.1', assignment(null))).toEqual({ come: [], gone: [] });
    expect(interests.update('host.h1.port.2', assignment(null))).toEqual({ come: [], gone: ['network.A'] });
  });

  it('follow an assignment that changes its network', () => {
    const interests = new Interests('h1', new Map([['host.h1.port.1', assignment('A')]]));
    expect(interests.update('host.h1.port.1', assignment('B'))).toEqual({ come: ['network.B'], gone: ['network.A'] });
  });
});
