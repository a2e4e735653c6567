import { ipAddress, macAddress, subnet } from './address';
import { allowedAddressPairs } from './address-pairs';
import { dnsDomainName, dnsHostName } from './dns';
import { listOfAnyKeySpecs } from './key-specs';
import {
  availabilityZoneHints,
  networkSegments,
  subnetList,
  subnetServiceTypes,
  subPorts,
  targetProject,
} from './network';
import { boolean, dict, nonNegative, range, uniqueStrings, values } from './scalar';
import { fixedIps, hostRoutes, ipPools, nameservers } from './structure';
import { nameNotDefault, nameString, notEmpty, oneLine, string, uuid, uuidList } from './text';
import { orNone, type Validator } from './validator';

export type { Validator } from './validator';

const SCALARS: Readonly<Record<string, Validator>> = {
  'type:string': string,
  'type:string_or_none': orNone(string),
  'type:name_string': nameString,
  'type:name_string_or_none': orNone(nameString),
  'type:not_empty_name_string': notEmpty(nameString),
  'type:oneline_not_empty_string': notEmpty(oneLine),
  'type:oneline_not_empty_string_or_none': orNone(notEmpty(oneLine)),
  'type:boolean': boolean,
  'type:values': values,
  'type:range': range,
  'type:range_or_none': orNone(range),
  'type:non_negative': nonNegative,
};

/** `type:<name>` → validator: those that the served definitions name. */
export const VALIDATORS: Readonly<Record<string, Validator>> = {
  ...SCALARS,
  'type:name_not_default': nameNotDefault,
  'type:uuid': uuid,
  'type:uuid_or_none': orNone(uuid),
  'type:gbp_uuid_or_none': orNone(uuid),
  'type:uuid_list': uuidList,
  // The reference's own length of names, which its other resources have as a parameter.
  'type:gbp_resource_name': (value) => string(value, 255),
  // The pool of prefix delegation is spelled so and has no id.
  'type:subnetpool_id_or_none': orNone((value, parameter) =>
    value === 'prefix_delegation' ? null : uuid(value, parameter),
  ),
  'type:mac_address': macAddress,
  'type:ip_address_or_none': orNone(ipAddress),
  'type:subnet_or_none': orNone(subnet),
  'type:ip_pools': ipPools,
  'type:fixed_ips': fixedIps,
  'type:allowed_address_pairs': allowedAddressPairs,
  'type:nameservers': nameservers,
  'type:hostroutes': hostRoutes,
  'type:dict_or_none': orNone(dict),
  'type:list_of_unique_strings': uniqueStrings,
  'type:dns_host_name': dnsHostName,
  'type:dns_domain_name': dnsDomainName,
  'type:network_segments': networkSegments,
  'type:list_of_subnet_service_types': subnetServiceTypes,
  'type:availability_zone_hint_list': availabilityZoneHints,
  'type:valid_target_project': targetProject,
  'type:subnet_list': subnetList,
  'type:subports': subPorts,
  'type:list_of_any_key_specs_or_none': orNone(listOfAnyKeySpecs(SCALARS)),
};
