import type { Json, REQUIRED, ResourceDefinition, ValueType } from '../definition';

export interface FixedIp {
  readonly subnet_id?: string;
  readonly ip_address?: string;
}
export interface AddressPair {
  /** An address or a CIDR. */
  readonly ip_address: string;
  readonly mac_address?: string;
}
export interface AllocationPool {
  readonly start: string;
  readonly end: string;
}
export interface HostRoute {
  readonly destination: string;
  readonly nexthop: string;
}

/** What a value is after its validator has accepted it. `type:values` by its parameter. */
interface ValidatedTypes {
  'type:string': string;
  'type:string_or_none': string | null;
  'type:name_string': string;
  'type:name_string_or_none': string | null;
  'type:uuid': string;
  'type:uuid_or_none': string | null;
  'type:gbp_uuid_or_none': string | null;
  'type:subnetpool_id_or_none': string | null;
  'type:non_negative': number;
  'type:mac_address': string;
  'type:ip_address_or_none': string | null;
  'type:subnet_or_none': string | null;
  'type:fixed_ips': readonly FixedIp[];
  'type:allowed_address_pairs': readonly AddressPair[];
  'type:uuid_list': readonly string[];
  'type:gbp_resource_name': string;
  'type:ip_pools': readonly AllocationPool[];
  'type:nameservers': readonly string[];
  'type:hostroutes': readonly HostRoute[];
  'type:dict_or_none': { readonly [key: string]: Json } | null;
  'type:list_of_unique_strings': readonly string[];
  'type:not_empty_name_string': string;
  'type:name_not_default': string;
  'type:boolean': boolean;
  'type:range': number;
  'type:range_or_none': number | null;
  'type:dns_host_name': string;
  'type:dns_domain_name': string;
  'type:network_segments': readonly { readonly [key: string]: Json }[];
  'type:list_of_subnet_service_types': readonly string[];
  'type:availability_zone_hint_list': readonly string[];
  'type:valid_target_project': string;
  'type:subnet_list': readonly string[];
  'type:subports': readonly { readonly [key: string]: Json }[];
  'type:list_of_any_key_specs_or_none': readonly { readonly [key: string]: Json }[] | null;
}

interface ConvertedTypes {
  convert_to_boolean: boolean;
  convert_to_int: number;
  convert_to_string: string;
  convert_to_boolean_if_not_none: boolean | null;
  convert_protocol: string;
  convert_validate_port_value: number;
  convert_ip_prefix_to_cidr: string;
}

interface NamedTypes extends Record<ValueType, unknown> {
  string: string;
  integer: number;
  boolean: boolean;
  object: { readonly [key: string]: Json };
  uuid_list: readonly string[];
  object_list: readonly { readonly [key: string]: Json }[];
  string_list: readonly string[];
  integer_list: readonly number[];
}

/** The value of one attribute in a body. */
export type ValueOf<A> = A extends { type: infer T extends ValueType }
  ? NamedTypes[T]
  : A extends { convert: infer C extends keyof ConvertedTypes }
    ? ConvertedTypes[C]
    : A extends { validate: { 'type:values': readonly (infer V)[] } }
      ? V
      : A extends { validate: infer V }
        ? ValidatedTypes[keyof V & keyof ValidatedTypes]
        : Json;

type AnswerOf<A> = A extends { answered: infer T extends ValueType } ? NamedTypes[T] : ValueOf<A>;
type MaybeNull<A> = A extends { nullable: true } | { post: true; default: null } ? null : never;
type Attributes<D extends ResourceDefinition> = D['attributes'];
type Where<D extends ResourceDefinition, C> = {
  [K in keyof Attributes<D>]: Attributes<D>[K] extends C ? K : never;
}[keyof Attributes<D>];

/** An object as the API answers it, before policy hides attributes. */
export type ResourceOf<D extends ResourceDefinition> = {
  [K in Where<D, { visible: true }>]: AnswerOf<Attributes<D>[K]> | MaybeNull<Attributes<D>[K]>;
};

/** An item of a `CreateRequest`: defaults are filled in, "not specified" attributes may be absent. */
export type CreateOf<D extends ResourceDefinition> = {
  [K in Exclude<Where<D, { post: true }>, Unspecified<D>>]: ValueOf<Attributes<D>[K]> | MaybeNull<Attributes<D>[K]>;
} & { [K in Unspecified<D>]?: ValueOf<Attributes<D>[K]> | MacOrNull<Attributes<D>[K]> };

/** The `changes` of an `UpdateRequest`. */
export type UpdateOf<D extends ResourceDefinition> = {
  [K in Where<D, { put: true }>]?:
    ValueOf<Attributes<D>[K]> | MaybeNull<Attributes<D>[K]> | MacOrNull<Attributes<D>[K]>;
};

type Unspecified<D extends ResourceDefinition> = {
  [K in Where<D, { post: true }>]: Attributes<D>[K]['default'] extends symbol
    ? Attributes<D>[K]['default'] extends typeof REQUIRED
      ? never
      : K
    : never;
}[Where<D, { post: true }>];

/** Null requests a new MAC address. */
type MacOrNull<A> = A extends { convert: 'convert_to_mac_if_none' } ? null : never;
