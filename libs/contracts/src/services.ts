/**
 * The services of the control plane, in the order in which a cloud starts them. Credentials, the supervisor, `weft status` and the tests read
 * this list; it names each service once.
 */
export const SERVICES = {
  identity: { hasSchema: true },
  ipam: { hasSchema: true },
  fwaas: { hasSchema: true },
  'node-feed': { hasSchema: false },
  'api-gateway': { hasSchema: false },
} as const satisfies Readonly<Record<string, { readonly hasSchema: boolean }>>;

export type ServiceName = keyof typeof SERVICES;
export const SERVICE_NAMES = Object.keys(SERVICES) as readonly ServiceName[];
