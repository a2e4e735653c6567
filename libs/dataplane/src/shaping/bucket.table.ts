import type { KernelTable } from '../driver/kernel.driver';
import type { LinkTable } from '../link/link.table';
import type { NetlinkRequest } from '../netlink/message';
import type { NetlinkSocket } from '../netlink/socket';
import { TC_NOTIFICATIONS, interpretTc } from './tc.notifications';
import type { BucketState } from '../netlink/tc.codec';
import { decodeQdisc, deleteBucket, dumpQdiscs, setBucket } from '../netlink/tc.codec';

/** What leaves a device is held to a rate. */
export interface Bucket {
  readonly device: string;
  /** Bytes per second. */
  readonly rate: number;
  /** Bytes that may exceed it at once; 0: as seems fit. */
  readonly burst: number;
}

/** What may wait, in seconds of the rate: enough for TCP to find it, little enough for a conversation. */
const LATENCY = 0.1;
/** Without a word about bursts: seconds of the rate. */
const BURST = 0.02;
/** Some frames must fit, or nothing would ever pass. */
const MIN_BURST = 6_000;
const MIN_QUEUE = 15_000;
/** The kernel's numbers here have 32 bits: 34 Gbit/s, which is as good as no limit. */
const MAX = 0xfffffffe;

const within = (min: number, value: number): number => Math.round(Math.min(MAX, Math.max(min, value)));
const burstOf = ({ rate, burst }: Bucket): number => within(MIN_BURST, burst || rate * BURST);
/** It depends on the rate and the burst, and is read back exactly: what is compared. */
const limitOf = (bucket: Bucket): number => within(MIN_QUEUE, bucket.rate * LATENCY + burstOf(bucket));

/** As read: the burst only shows in the limit. */
export interface ActualBucket extends Bucket {
  readonly limit?: number;
}

/** Token buckets at the exit of devices. Mark: the qdisc's number, 5745. */
export class BucketTable implements KernelTable<ActualBucket> {
  readonly kind = 'rate';
  readonly notifications = TC_NOTIFICATIONS;
  readonly interpret = interpretTc;

  constructor(
    private readonly socket: NetlinkSocket,
    private readonly links: LinkTable,
  ) {}

  key({ device }: Bucket): string {
    return device;
  }

  equal(desired: ActualBucket, actual: ActualBucket): boolean {
    return within(1, desired.rate) === within(1, actual.rate) && limitOf(desired) === (actual.limit ?? limitOf(actual));
  }

  *read(): Iterable<ActualBucket> {
    for (const message of this.socket.dump(dumpQdiscs())) {
      const { bucket } = decodeQdisc(message);
      const device = bucket && this.links.nameOf(bucket.ifindex);
      if (bucket && device !== null) yield { device, rate: bucket.rate, burst: 0, limit: bucket.limit };
    }
  }

  write(bucket: Bucket): NetlinkRequest {
    const state: BucketState = {
      ifindex: this.links.indexOf(bucket.device),
      rate: within(1, bucket.rate),
      limit: limitOf(bucket),
    };
    return setBucket(state, burstOf(bucket));
  }

  remove({ device }: Bucket): NetlinkRequest {
    return deleteBucket(this.links.indexOf(device));
  }

  describe({ device, rate }: Bucket): string {
    return `${device} ${Math.round((rate * 8) / 1000)} kbit/s`;
  }
}
