import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { startNats } from '@weft/lab';
import { GatewayUnderTest } from './gateway-under-test';

const ID = '38360a2d-30e0-4ff1-b9de-c85e29dc94d8';

describe('the gateway in outages', () => {
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    gateway = await GatewayUnderTest.start();
    gateway.serve('svc.ipam.networks.show', () => Promise.resolve({ body: { id: ID } }));
  });
  afterAll(() => gateway.stop());

  it('answers through a restart of the broker, which empties the token cache', async () => {
    expect((await gateway.ask('GET', `/v2.0/networks/${ID}`)).status).toBe(200);
    const known = gateway.validations;
    const { port } = gateway.nats;
    await gateway.nats.stop();
    const asked = gateway.ask('GET', `/v2.0/networks/${ID}`);
    expect((await gateway.ask('GET', '/weft/v1/health', { token: '' })).status).toBe(503);
    gateway.nats = await startNats({ dir: join(gateway.dir), port });
    expect((await asked).status).toBe(200);
    await sleep(500);
    expect((await gateway.ask('GET', `/v2.0/networks/${ID}`)).status).toBe(200);
    expect(gateway.validations).toBeGreaterThan(known);
    expect((await gateway.ask('GET', '/weft/v1/health', { token: '' })).status).toBe(200);
  });

  it('serves cached tokens while identity is away, and answers 503 for others', async () => {
    await gateway.ask('GET', `/v2.0/networks/${ID}`);
    await gateway.stopIdentity();
    expect((await gateway.ask('GET', `/v2.0/networks/${ID}`)).status).toBe(200);
    const stranger = await gateway.ask('GET', `/v2.0/networks/${ID}`, { token: 'admin' });
    expect([stranger.status, stranger.body.NeutronError.type]).toEqual([503, 'ServiceUnavailable']);
    gateway.serveIdentity();
    expect((await gateway.ask('GET', `/v2.0/networks/${ID}`, { token: 'admin' })).status).toBe(200);
  });
});
