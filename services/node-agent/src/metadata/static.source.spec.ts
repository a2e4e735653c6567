import type { PortFact } from '@weft/contracts';
import { StaticSource } from './static.source';

const source = new StaticSource(null, () => 'example.org');
const ask = (path: string, ...ips: string[]) => {
  const addresses = ips.map((ip) => ({ ip }));
  const port = { deviceId: 'vm-1', mac: 'fa:16:3e:00:00:01', projectId: 'p-1', network: 'n-1', addresses };
  return source.answer({ method: 'GET', path, headers: {}, port: port as unknown as PortFact });
};

describe('metadata that follows from a port', () => {
  it('gives the IPv4 address, whatever stands first', async () => {
    expect(await ask('/latest/meta-data/local-ipv4', 'fd00::5', '10.0.0.5')).toMatchObject({ body: '10.0.0.5' });
  });

  it('knows no local-ipv4 of a port without IPv4', async () => {
    expect((await ask('/latest/meta-data/local-ipv4', 'fd00::5')).status).toBe(404);
    expect((await ask('/latest/meta-data/', 'fd00::5')).body).toBe('hostname\ninstance-id\nlocal-hostname\nmac');
  });
});
