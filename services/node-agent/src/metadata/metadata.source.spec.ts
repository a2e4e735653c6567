import type { PortFact } from '@weft/contracts';
import { identityHeaders, parseTarget } from './metadata.source';
import { signatureOf } from './upstream.source';

const PORT = { deviceId: 'vm-1', projectId: 'p-1' } as PortFact;

describe('identityHeaders', () => {
  it('drops what a guest claims to be, in any spelling, and says who it is', () => {
    const given = {
      ...{ 'x-instance-id': 'vm-2', x_instance_id: 'vm-2', 'x-instance-id-signature': 'forged', 'x-tenant-id': 'p-2' },
      ...{ 'x-forwarded-for': '10.0.0.9', forwarded: 'for=10.0.0.9', 'x-metadata-provider': 'x', accept: '*/*' },
    };
    expect(identityHeaders(given, PORT, '10.0.0.5')).toEqual({
      accept: '*/*',
      'x-instance-id': 'vm-1',
      'x-tenant-id': 'p-1',
      'x-forwarded-for': '10.0.0.5',
    });
  });
});

describe('signatureOf', () => {
  it('is HMAC-SHA256 in hex, as Nova computes it (RFC 4231, test case 2)', () => {
    expect(signatureOf('what do ya want for nothing?', 'Jefe')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });
});

describe('parseTarget', () => {
  it.each([
    ['/latest/meta-data/', { path: '/latest/meta-data/', raw: '/latest/meta-data/' }],
    ['//latest///user_data?x=1', { path: '/latest/user_data', raw: '/latest/user_data?x=1' }],
    ['/a/../b', { path: '/b', raw: '/b' }],
    ['/a%20b', { path: '/a b', raw: '/a%20b' }],
    ['http://elsewhere/latest/', { path: '/latest/', raw: '/latest/' }],
    ['/..%2f..%2fetc/passwd', null],
    ['/%zz', null],
    ['/a%00b', null],
  ])('makes of %s: %j', (url, target) => expect(parseTarget(url)).toEqual(target));
});
