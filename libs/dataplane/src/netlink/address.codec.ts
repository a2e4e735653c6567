import { bytesToIp, ipToBytes } from './address-bytes';
import { AF, IFA, IFA_F, NLM_F, RTM } from './constants';
import type { NetlinkRequest } from './message';
import { Attributes, readAttributes, request } from './message';

export interface AddressState {
  readonly ifindex: number;
  readonly ip: string;
  readonly prefixLength: number;
}

const ifaddrmsg = (family: number, prefixLength: number, ifindex: number): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeUInt8(family, 0);
  buffer.writeUInt8(prefixLength, 1);
  buffer.writeUInt32LE(ifindex, 4);
  return buffer;
};

export const dumpAddresses = (): NetlinkRequest => request(RTM.GETADDR, 0, ifaddrmsg(AF.UNSPEC, 0, 0));

export function decodeAddress(payload: Buffer): AddressState {
  const attributes = readAttributes(payload, 8);
  const ip = attributes.get(IFA.LOCAL) ?? attributes.get(IFA.ADDRESS) ?? Buffer.alloc(4);
  return { ifindex: payload.readUInt32LE(4), ip: bytesToIp(ip), prefixLength: payload.readUInt8(1) };
}

const describe = ({ ifindex, ip, prefixLength }: AddressState): [Buffer, Attributes] => {
  const bytes = ipToBytes(ip);
  return [
    ifaddrmsg(bytes.length === 4 ? AF.INET : AF.INET6, prefixLength, ifindex),
    new Attributes().bytes(IFA.LOCAL, bytes).bytes(IFA.ADDRESS, bytes),
  ];
};

/** Usable at once: the control plane has already made sure that nobody else has it, so no duplicate address detection. */
export function addAddress(address: AddressState): NetlinkRequest {
  const [struct, attributes] = describe(address);
  return request(RTM.NEWADDR, NLM_F.CREATE | NLM_F.REPLACE, struct, attributes.u32(IFA.FLAGS, IFA_F.NODAD));
}

export const deleteAddress = (address: AddressState): NetlinkRequest => request(RTM.DELADDR, 0, ...describe(address));
