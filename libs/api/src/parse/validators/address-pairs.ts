import { ApiError, duplicateAddressPair, httpBadRequest, pythonText } from '@weft/contracts';
import { ipAddress, macAddress, subnet } from './address';
import { isObject, type Validator } from './validator';

/** Pairs that one port may have. */
export const MAX_ADDRESS_PAIRS = 10;

const KEYS = ['ip_address', 'mac_address'];

/**
 * Further identities of a port: `{ip_address, mac_address}`, the former an address or a CIDR, the latter the port's own where it is not given. The
 * reference names its errors here, not by the attribute.
 * @throws ApiError 400
 */
export const allowedAddressPairs: Validator = (value) => {
  if (!Array.isArray(value)) throw httpBadRequest('Allowed address pairs must be a list.');
  if (value.length > MAX_ADDRESS_PAIRS)
    throw named(
      'AllowedAddressPairExhausted',
      `The number of allowed address pair exceeds the maximum ${MAX_ADDRESS_PAIRS}.`,
    );
  const seen = new Set<string>();
  for (const pair of value) {
    if (!isObject(pair)) throw httpBadRequest(`'${pythonText(pair)}' is not a dictionary`);
    if (Object.hasOwn(pair, 'mac_address')) refuse(macAddress(pair.mac_address!, null));
    if (!Object.hasOwn(pair, 'ip_address'))
      throw named('AllowedAddressPairsMissingIP', 'AllowedAddressPair must contain ip_address');
    const { ip_address: ip, mac_address: mac } = pair;
    const key = JSON.stringify([ip, mac]);
    if (seen.has(key)) throw duplicateAddressPair(pythonText(ip), mac ?? null);
    seen.add(key);
    const unknown = Object.keys(pair).filter((each) => !KEYS.includes(each));
    if (unknown.length > 0) throw httpBadRequest(`Unrecognized attribute(s) '${unknown.join(', ')}'`);
    refuse((String(ip).includes('/') ? subnet : ipAddress)(ip!, null));
  }
  return null;
};

const named = (type: string, message: string) => new ApiError(type, 400, message);

function refuse(reason: string | null): void {
  if (reason !== null) throw httpBadRequest(reason);
}
