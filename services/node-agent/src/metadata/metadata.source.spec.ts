import type { PortFact } from '@weft/contracts';
import { identityHeaders, normalisePath } from './metadata.source';

const PORT = { deviceId: 'vm-1', projectId: 'p-1' } as PortFact;

describe('identityHeaders', () => {
  it('drops what a guest claims to be, in any spelling that Node lets through, and says who it is', () => {
    const given = { 'x-instance-id': 'vm-2', 'x-tenant-id': 'p-2', 'x-forwarded-for': '10.0.0.9', accept: '*/*' };
    expect(identityHeaders(given, PORT, '10.0.0.5')).toEqual({
      accept: '*/*',
      'x-instance-id': 'vm-1',
      'x-tenant-id': 'p-1',
      'x-forwarded-for': '10.0.0.5',
    });
  });
});

describe('normalisePath', () => {
  it.each([
    ['/latest/meta-data/', '/latest/meta-data/'],
    ['//latest///user_data?x=1', '/latest/user_data'],
    ['/a/../b', '/b'],
    ['/..%2f..%2fetc/passwd', null],
    ['/%zz', null],
    ['/a%00b', null],
  ])('makes of %s: %s', (url, path) => expect(normalisePath(url)).toBe(path));
});
