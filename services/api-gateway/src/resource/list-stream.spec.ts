import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { listBody } from './list-stream';
import type { Listed } from './page-links';

const page = (header: object, ...items: unknown[]) =>
  Buffer.from(`${JSON.stringify(header)}\n${items.map((item) => JSON.stringify(item)).join(',')}`);

describe('listBody', () => {
  it('is a buffer when one page is all', async () => {
    const body = await listBody(
      'ports',
      () => Promise.resolve(page({ count: 2, first: 'a', last: 'b' }, 1, 2)),
      () => '',
    );
    expect(String(body)).toBe('{"ports":[1,2]}');
  });

  it('joins pages, empty ones too, and passes the totals to the tail', async () => {
    const pages: Record<string, Buffer> = {
      '': page({ count: 0, next: '1' }),
      '1': page({ count: 2, next: '2', first: 'a', last: 'b' }, 1, 2),
      '2': page({ count: 0, next: '3' }),
      '3': page({ count: 1, first: 'c', last: 'c' }, 3),
    };
    let listed: Listed | undefined;
    const body = await listBody(
      'ports',
      (cursor = '') => Promise.resolve(pages[cursor]!),
      (all) => ((listed = all), ',"x":1'),
    );
    expect(body).toBeInstanceOf(Readable);
    expect(await text(body as Readable)).toBe('{"ports":[1,2,3],"x":1}');
    expect(listed).toEqual({ count: 3, first: 'a', last: 'c' });
  });

  it('throws what the first page throws and breaks off at what a later one throws', async () => {
    const gone = new Error('gone');
    await expect(
      listBody(
        'ports',
        () => Promise.reject(gone),
        () => '',
      ),
    ).rejects.toBe(gone);
    const body = await listBody(
      'ports',
      (cursor) => (cursor === undefined ? Promise.resolve(page({ count: 1, next: '1' }, 1)) : Promise.reject(gone)),
      () => '',
    );
    await expect(text(body as Readable)).rejects.toBe(gone);
  });

  it('refuses a page without a header', async () => {
    await expect(
      listBody(
        'ports',
        () => Promise.resolve(Buffer.from('[]')),
        () => '',
      ),
    ).rejects.toMatchObject({ status: 500 });
  });
});
