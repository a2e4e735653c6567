import { NFNL_SUBSYS, NFT_MSG } from '../netlink/constants';
import type { NetlinkMessage } from '../netlink/message';
import { attrString, readAttributes, request } from '../netlink/message';
import { nfHead, nfMessage } from '../netlink/netfilter';
import type { NetlinkSocket } from '../netlink/socket';
import { FILTER_TABLE_NAMES } from './filter.skeleton';

const NFTA_GEN_ID = 1;
/** Own transactions that are remembered until their notification comes. */
const REMEMBERED = 256;

/**
 * Tells our own transactions from those of others: each has a number. (The kernel also names the process, but by a number which
 * a process in a PID namespace does not know of itself.)
 */
export class FilterGeneration {
  /** Of each own transaction the numbers that it may have: more than one where others came between. */
  private own: { readonly after: number; readonly last: number }[] = [];
  private known = -1;
  /** A notification of the transaction under way spoke of our tables. */
  private touched = false;

  constructor(private readonly socket: NetlinkSocket) {}

  /** Runs one transaction of ours. */
  ours(transaction: () => void): void {
    const after = this.current();
    transaction();
    const last = this.current();
    if (last === after) return;
    this.own.push({ after, last });
    this.own = this.own.slice(-REMEMBERED);
    if (this.known === after && last === after + 1) this.known = last;
  }

  /** What was read is what is there. */
  know(): void {
    this.known = this.current();
  }

  /** Something in nftables has changed since, whatever it is. */
  moved(): boolean {
    return this.known !== this.current();
  }

  /** @returns whether it is the end of a transaction of somebody else that changed our tables. */
  observe({ type, payload }: NetlinkMessage): boolean {
    const attributes = readAttributes(payload, 4);
    if (type !== nfMessage(NFNL_SUBSYS.NFTABLES, NFT_MSG.NEWGEN)) {
      // Behind a head of four bytes, the name of its table is attribute 1 of every kind of object.
      this.touched ||= FILTER_TABLE_NAMES.includes(attrString(attributes, 1) ?? '');
      return false;
    }
    const touched = this.touched;
    this.touched = false;
    if (!touched) return false;
    const id = attributes.get(NFTA_GEN_ID)?.readUInt32BE(0) ?? -1;
    // One of ours each time: what touches our tables a second time in the same range is another's.
    const index = this.own.findIndex(({ after, last }) => id > after && id <= last);
    if (index < 0) return true;
    this.own.splice(index, 1);
    return false;
  }

  private current(): number {
    const message = this.socket.get(request(nfMessage(NFNL_SUBSYS.NFTABLES, NFT_MSG.GETGEN), 0, nfHead(0)));
    return message ? readAttributes(message.payload, 4).get(NFTA_GEN_ID)!.readUInt32BE(0) : 0;
  }
}
