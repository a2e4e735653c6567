/**
 * SQL: id of the segment of a network that a node (an alias of `node`) is on, the first that it can carry; null: none. The same as
 * `segmentOn` of the contracts, by which every node knows it of every other.
 */
export const segmentOnNode = (network: string, node: string): string => `(
  SELECT g.id FROM segment g WHERE g.network_id = ${network}
    AND CASE g.network_type WHEN 'local' THEN true WHEN 'vxlan' THEN ${node}.tunnel_ip IS NOT NULL
        ELSE ${node}.bridge_mappings ? g.physical_network END
  ORDER BY g.segment_index LIMIT 1)`;
