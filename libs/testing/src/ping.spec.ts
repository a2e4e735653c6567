import { parsePing } from './ping';

describe(parsePing.name, () => {
  it('counts what was sent and received', () => {
    const text =
      '--- 10.0.0.3 ping statistics ---\n3 packets transmitted, 2 received, 33.3333% packet loss, time 402ms\n';
    expect(parsePing(text)).toEqual({ sent: 3, received: 2 });
  });

  it('takes errors in between for lost packets', () => {
    const text = '2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1001ms';
    expect(parsePing(text)).toEqual({ sent: 2, received: 0 });
  });

  it('throws the words of a ping that did not even begin', () => {
    expect(() => parsePing('ping: connect: Network is unreachable')).toThrow('Network is unreachable');
  });
});
