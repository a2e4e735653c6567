import { Readable } from 'node:stream';
import { internalError, type ListPageHeader } from '@weft/contracts';
import type { Listed } from './page-links';

/** Asks for the page after `cursor`; the first, without one. */
export type FetchPage = (cursor?: string) => Promise<Uint8Array>;

interface Page {
  readonly header: ListPageHeader;
  /** JSON texts joined by commas. */
  readonly items: Buffer;
}

const NEWLINE = 0x0a;

/**
 * The body of a list answer: `{"<collection>":[…]` and what `tail` makes of the listing once it is known. One page is a buffer; more are a
 * stream, whose memory is two pages however long the list is: one being sent, one asked for ahead. Items are passed on unparsed.
 *
 * A failure after the first page destroys the stream: the client sees a body cut short, never a list that looks whole.
 *
 * @throws what the first page's request throws, so that it can still become a proper answer
 */
export async function listBody(
  collection: string,
  fetch: FetchPage,
  tail: (listed: Listed) => string,
): Promise<Buffer | Readable> {
  const first = split(await fetch());
  const opening = Buffer.from(`{${JSON.stringify(collection)}:[`);
  const { count, next } = first.header;
  if (next === undefined) {
    return Buffer.concat([
      opening,
      first.items,
      Buffer.from(`]${tail({ count, first: first.header.first, last: first.header.last })}}`),
    ]);
  }
  return Readable.from(pages(opening, first, fetch, tail), { objectMode: false });
}

async function* pages(
  opening: Buffer,
  first: Page,
  fetch: FetchPage,
  tail: (listed: Listed) => string,
): AsyncGenerator<Buffer> {
  yield opening;
  const listed = { count: 0, first: first.header.first, last: first.header.last };
  let page: Page | undefined = first;
  while (page) {
    const { header, items }: Page = page;
    const ahead: Promise<Uint8Array> | undefined = header.next === undefined ? undefined : fetch(header.next);
    // Awaited below; until then its rejection would be unhandled, and the client may disconnect first.
    ahead?.catch(() => undefined);
    if (header.count > 0) {
      if (listed.count > 0) yield COMMA;
      listed.count += header.count;
      listed.first ??= header.first;
      listed.last = header.last ?? listed.last;
      yield items;
    }
    page = ahead && split(await ahead);
  }
  yield Buffer.from(`]${tail(listed)}}`);
}

const COMMA = Buffer.from(',');

function split(bytes: Uint8Array): Page {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.indexOf(NEWLINE);
  if (end < 0) throw internalError(new Error('a page of a list has no header line'));
  return { header: JSON.parse(buffer.toString('utf8', 0, end)) as ListPageHeader, items: buffer.subarray(end + 1) };
}
