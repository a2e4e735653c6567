import { notFound, qosPolicies as definition } from '@weft/contracts';
import type { QosPolicyRow } from './qos-policy.repository';

export const qosPolicyNotFound = (id: string) => notFound(definition.notFound, definition.title, id);

/** What policy must know of a QoS policy. */
export const qosPolicyTarget = ({ id, project_id, shared }: QosPolicyRow) => ({
  id,
  project_id,
  tenant_id: project_id,
  shared,
});
