import { resolversOf } from './resolvers';

describe('resolversOf', () => {
  it('keeps the order, and leaves out what only the host itself can reach', () => {
    const text =
      'search a.example\nnameserver 9.9.9.9\nnameserver 127.0.0.53\n nameserver\t2620:fe::fe\nnameserver fe80::1%eth0\n';
    expect(resolversOf(text)).toEqual(['9.9.9.9', '2620:fe::fe']);
  });
});
