import type { Refusal } from '@weft/net';
import { NFNL_SUBSYS, NFPROTO_BRIDGE, NFT_MSG } from '../netlink/constants';
import { Attributes, attrString, readAttributes, readList, request } from '../netlink/message';
import { nfHead, nfMessage } from '../netlink/netfilter';
import type { NetlinkSocket } from '../netlink/socket';
import { REASONS } from './drop.reasons';
import { FILTER_TABLE_NAMES } from './filter.skeleton';
import { deleteElements } from './filter.transaction';

/** linux/netfilter/nf_tables.h */
const NFTA_OBJ = { TABLE: 1, NAME: 2, TYPE: 3, DATA: 4 } as const;
const NFT_OBJECT_COUNTER = 1;
const NFTA_COUNTER = { BYTES: 1, PACKETS: 2 } as const;
const NFTA_SET_ELEM_LIST = { TABLE: 1, SET: 2, ELEMENTS: 3 } as const;
const NFTA_SET_ELEM = { KEY: 1, EXPR: 7, EXPRESSIONS: 11 } as const;
const NFTA_DATA_VALUE = 1;
const NFTA_EXPR_DATA = 2;
const IFNAMSIZ = 16;

/** Since the tables were made. */
export interface FilterCounts {
  readonly drops: readonly { readonly device: string; readonly reason: Refusal; readonly packets: number }[];
  readonly rules: readonly { readonly id: string; readonly packets: number; readonly bytes: number }[];
}

const [TABLE] = FILTER_TABLE_NAMES as [string];

/** Not by libnftables: before each listing it reads all rules there are, which takes a second where there are ten thousand. */
export const readCounts = (socket: NetlinkSocket): FilterCounts => ({ drops: drops(socket), rules: rules(socket) });

function rules(socket: NetlinkSocket): FilterCounts['rules'] {
  const type = Buffer.alloc(4);
  type.writeUInt32BE(NFT_OBJECT_COUNTER);
  const asked = new Attributes().string(NFTA_OBJ.TABLE, TABLE).bytes(NFTA_OBJ.TYPE, type);
  const messages = socket.dump(
    request(nfMessage(NFNL_SUBSYS.NFTABLES, NFT_MSG.GETOBJ), 0, nfHead(NFPROTO_BRIDGE), asked),
  );
  return messages.flatMap(({ payload }) => {
    const attributes = readAttributes(payload, 4);
    const name = attrString(attributes, NFTA_OBJ.NAME) ?? '';
    if (!name.startsWith('r-')) return [];
    return [{ id: name.slice(2), ...counterOf(attributes.get(NFTA_OBJ.DATA)) }];
  });
}

function drops(socket: NetlinkSocket): FilterCounts['drops'] {
  const asked = new Attributes().string(NFTA_SET_ELEM_LIST.TABLE, TABLE).string(NFTA_SET_ELEM_LIST.SET, 'drops');
  const type = nfMessage(NFNL_SUBSYS.NFTABLES, NFT_MSG.GETSETELEM);
  return socket.dump(request(type, 0, nfHead(NFPROTO_BRIDGE), asked)).flatMap(({ payload }) => {
    const elements = readAttributes(payload, 4).get(NFTA_SET_ELEM_LIST.ELEMENTS);
    return readList(elements ?? Buffer.alloc(0)).flatMap(toDrop);
  });
}

function toDrop(element: Buffer): FilterCounts['drops'] {
  const attributes = readAttributes(element);
  const key = readAttributes(attributes.get(NFTA_SET_ELEM.KEY)!).get(NFTA_DATA_VALUE)!;
  const list = attributes.get(NFTA_SET_ELEM.EXPRESSIONS);
  const expression = attributes.get(NFTA_SET_ELEM.EXPR) ?? (list && readList(list)[0]);
  const reason = REASONS[key.readUInt32LE(IFNAMSIZ) - 1];
  if (!expression || !reason) return [];
  const device = key.subarray(0, IFNAMSIZ).toString('utf8').replace(/\0.*$/s, '');
  return [{ device, reason, packets: counterOf(readAttributes(expression).get(NFTA_EXPR_DATA)).packets }];
}

function counterOf(data: Buffer | undefined): { packets: number; bytes: number } {
  const attributes = readAttributes(data ?? Buffer.alloc(0));
  const read = (type: number) => Number(attributes.get(type)?.readBigUInt64BE(0) ?? 0n);
  return { packets: read(NFTA_COUNTER.PACKETS), bytes: read(NFTA_COUNTER.BYTES) };
}

/** Counts of devices that are no port's any more. */
export const forgetDrops = (drops: FilterCounts['drops']): string =>
  deleteElements(
    drops.map(({ device, reason }) => ({
      set: 'drops',
      key: `"${device}" . ${REASONS.indexOf(reason) + 1}`,
      value: '',
    })),
  );
