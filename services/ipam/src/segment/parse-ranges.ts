import type { NumberedType } from './segment-type';

/** A range of segment ids as the configuration has it. */
export interface ConfiguredRange {
  readonly type: NumberedType;
  readonly physicalNetwork: string | null;
  readonly minimum: number;
  readonly maximum: number;
}

/** `1:1000,2000:2500` → VNIs. @throws Error naming what is wrong: the service then does not start */
export const parseVniRanges = (text: string): ConfiguredRange[] =>
  parts(text).map((part) => ({ type: 'vxlan', physicalNetwork: null, ...bounds(part, part, 0xffffff) }));

/**
 * `physnet1:30:33,physnet1:51:55,physnet2` → the physical networks that may carry VLANs, and the VLAN ids that tenants get on them.
 * @throws Error naming what is wrong: the service then does not start
 */
export function parseVlanRanges(text: string): { physicalNetworks: string[]; ranges: ConfiguredRange[] } {
  const entries = parts(text).map((part) => {
    const [, physicalNetwork, numbers] = /^([^:\s]+)(?::(.*))?$/.exec(part) ?? [];
    if (physicalNetwork === undefined) throw refused(part, 'physical network[:first:last]', 4094);
    return { physicalNetwork, part, numbers };
  });
  return {
    physicalNetworks: [...new Set(entries.map(({ physicalNetwork }) => physicalNetwork))],
    ranges: entries.flatMap(({ physicalNetwork, part, numbers }) =>
      numbers === undefined ? [] : [{ type: 'vlan', physicalNetwork, ...bounds(numbers, part, 4094) }],
    ),
  };
}

/** `physnet2:9000` → bytes by physical network. @throws Error */
export const parsePhysicalMtus = (text: string): Map<string, number> =>
  new Map(
    parts(text).map((part) => {
      const match = /^([^:\s]+):(\d+)$/.exec(part);
      if (!match || Number(match[2]) < 68) throw refused(part, 'physical network:bytes', 65_535);
      return [match[1]!, Number(match[2])];
    }),
  );

export const parts = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function bounds(numbers: string, part: string, last: number): { minimum: number; maximum: number } {
  const match = /^(\d+):(\d+)$/.exec(numbers);
  const range = match && { minimum: Number(match[1]), maximum: Number(match[2]) };
  if (!range || range.minimum < 1 || range.minimum > range.maximum || range.maximum > last)
    throw refused(part, 'first:last', last);
  return range;
}

const refused = (part: string, form: string, last: number): Error =>
  new Error(`'${part}' is no range of segment ids: expected ${form} between 1 and ${last}`);
