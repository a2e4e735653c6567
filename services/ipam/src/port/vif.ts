import { segmentOnNode } from '../segment/segment-on';

/** SQL of what a compute service must know to plug a port in, for a row with `host`, `network_id` and `vnic_type`. */
export interface Vif {
  readonly type: string;
  readonly details: string;
}

/**
 * A node can wire a port if it is known, has a layer 2 agent, and can carry a segment of the network. Not whether it lives at this
 * moment.
 */
export const vifOf = (row: string): Vif => {
  const bindable = `(${row}.vnic_type = 'normal' AND EXISTS (
    SELECT 1 FROM node w WHERE w.host = ${row}.host AND 'l2' = ANY(w.roles)
      AND ${segmentOnNode(`${row}.network_id`, 'w')} IS NOT NULL))`;
  return {
    type: `CASE WHEN ${row}.host IS NULL THEN 'unbound' WHEN ${bindable} THEN 'bridge' ELSE 'binding_failed' END`,
    details: `CASE WHEN ${row}.host IS NOT NULL AND ${bindable} THEN json_build_object('port_filter', false,
      'connectivity', 'l2', 'bridge_name', 'brq' || left(${row}.network_id::text, 11)) ELSE '{}' END`,
  };
};
