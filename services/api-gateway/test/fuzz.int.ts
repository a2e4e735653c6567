import { RESOURCES } from '@weft/contracts';
// eslint-disable-next-line @nx/enforce-module-boundaries -- one fuzzer for the edge alone and for the whole cloud
import { fuzz } from '../../../tests/e2e/fuzz';
import { GatewayUnderTest } from './gateway-under-test';

const ID = '38360a2d-30e0-4ff1-b9de-c85e29dc94d8';

/** The edge alone: stand-ins answer whatever reaches them. The whole cloud is shot at in the e2e tier. */
describe('random requests', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await GatewayUnderTest.start();
    for (const { service, collection } of RESOURCES) {
      gateway.serve(`svc.${service}.${collection}.*`, (message) => {
        const operation = message.subject.split('.').at(-1);
        if (operation === 'list')
          return Promise.resolve(Buffer.from(`{"count":1,"first":"${ID}","last":"${ID}"}\n{"id":"${ID}"}`));
        const { bulk, items } = message.json<{ bulk?: boolean; items?: unknown[] }>();
        return Promise.resolve({ body: bulk === true ? items!.map(() => ({ id: ID })) : { id: ID } });
      });
    }
  });
  afterAll(() => gateway.stop());

  it('are never answered with 5xx, and always with a request id and an envelope', async () => {
    const report = await fuzz({
      baseUrl: gateway.url,
      token: 'admin',
      runs: 1500,
      ids: Object.fromEntries(RESOURCES.map(({ collection }) => [collection, [ID]])),
      bodies: { networks: {}, ports: { network_id: ID } },
    });
    expect(report.requests).toBe(1500);
    // A fuzzer that only ever hits walls proves little.
    for (const status of [200, 201, 204, 400, 404, 405]) expect(report.statuses[status] ?? 0).toBeGreaterThan(0);
  });
});
