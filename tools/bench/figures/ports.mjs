const BULK = 100;

/** Fills a network up to `count` ports by bulk creates. */
export async function makePorts(bench, network, count) {
  const { admin } = await bench.controlPlane();
  const present = (await admin.list('ports', { network_id: network, fields: 'id' })).length;
  for (let made = present; made < count; made += BULK) {
    const ports = Array.from({ length: Math.min(BULK, count - made) }, (_, k) => ({
      network_id: network,
      name: `bench-${made + k}`,
    }));
    await admin.request('POST', '/v2.0/ports', { ports });
    if ((made + BULK) % 5_000 === 0) bench.say(`    ${made + BULK} of ${count} ports`);
  }
}
