import type { ExtensionDefinition } from '../definition';

const CORE = '2012-01-01T10:00:00-00:00';

const extension = (alias: string, name: string, updated: string, description: string): ExtensionDefinition => ({
  alias,
  name,
  description,
  updated,
});

/**
 * What `/v2.0/extensions` advertises. Clients switch features on by these aliases: an alias is here if, and only if, every
 * attribute and route of it is served.
 */
export const EXTENSIONS: readonly ExtensionDefinition[] = [
  extension('network', 'Neutron L2 Network', CORE, 'Layer 2 network abstraction.'),
  extension('subnet', 'Neutron L3 Subnet', CORE, 'Layer 3 subnet abstraction.'),
  extension('port', 'Neutron Port', CORE, 'Virtual ports on networks.'),
  extension('agent', 'agent', '2013-02-03T10:00:00-00:00', 'The agent management extension.'),
  extension(
    'provider',
    'Provider Network',
    '2012-09-07T10:00:00-00:00',
    'Expose mapping of virtual networks to physical networks',
  ),
  extension(
    'binding',
    'Port Binding',
    '2014-02-03T10:00:00-00:00',
    'Expose port bindings of a virtual port to external application',
  ),
  extension('net-mtu', 'Network MTU', '2015-03-25T10:00:00-00:00', 'Provides MTU attribute for a network resource.'),
  extension(
    'net-mtu-writable',
    'Network MTU (writable)',
    '2017-07-12T00:00:00-00:00',
    'Provides a writable MTU attribute for a network resource.',
  ),
  extension(
    'port-mac-address-regenerate',
    'Neutron Port MAC address regenerate',
    '2018-05-03T10:00:00-00:00',
    'Network port MAC address regenerate',
  ),
  extension('segment', 'Segment', '2016-02-24T17:00:00-00:00', 'Segments extension.'),
  extension(
    'standard-attr-segment',
    'Standard Attribute Segment Extension',
    '2018-04-09T10:00:00-00:00',
    'Adds standard attributes to segments.',
  ),
  extension(
    'standard-attr-description',
    'standard-attr-description',
    '2016-02-10T10:00:00-00:00',
    'Extension to add descriptions to standard attributes',
  ),
  extension(
    'standard-attr-tag',
    'Tag support for resources with standard attribute: port, subnet, network',
    '2017-01-01T00:00:00-00:00',
    'Enables to set tag on resources with standard attribute.',
  ),
  extension(
    'tag-creation',
    'Tag creation extension',
    '2024-07-23T10:00:00-00:00',
    'Allow to create multiple tags using POST method.',
  ),
  extension(
    'tag-ports-during-bulk-creation',
    'Tag Ports During Bulk Creation',
    '2019-12-29T19:00:00-00:00',
    'Allow to tag ports during bulk creation',
  ),
  extension(
    'standard-attr-revisions',
    'Resource revision numbers',
    '2016-04-11T10:00:00-00:00',
    'This extension will display the revision number of neutron resources.',
  ),
  extension(
    'revision-if-match',
    'If-Match constraints based on revision_number',
    '2016-12-11T00:00:00-00:00',
    'Extension indicating that If-Match based on revision_number is supported.',
  ),
  extension(
    'standard-attr-timestamp',
    'Resource timestamps',
    '2016-09-12T10:00:00-00:00',
    'Adds created_at and updated_at fields to all Neutron resources that have Neutron standard attributes.',
  ),
  extension(
    'project-id',
    'project_id field enabled',
    '2016-09-09T09:09:09-09:09',
    'Extension that indicates that project_id field is enabled.',
  ),
  extension(
    'pagination',
    'Pagination support',
    '2016-06-12T00:00:00-00:00',
    'Extension that indicates that pagination is enabled.',
  ),
  extension(
    'sorting',
    'Sorting support',
    '2016-06-12T00:00:00-00:00',
    'Extension that indicates that sorting is enabled.',
  ),
  extension(
    'sort-key-validation',
    'Sort keys validation',
    '2018-07-04T10:00:00-00:00',
    'Provides validation on sort keys.',
  ),
  extension(
    'filter-validation',
    'Filter parameters validation',
    '2018-07-04T10:00:00-00:00',
    'Provides validation on filter parameters.',
  ),
  extension(
    'empty-string-filtering',
    'Empty String Filtering Extension',
    '2018-05-01T10:00:00-00:00',
    'Allow filtering by attributes with empty string value',
  ),
  extension(
    'ip-substring-filtering',
    'IP address substring filtering',
    '2017-11-28T09:00:00-00:00',
    'Provides IP address substring filtering when listing ports',
  ),
];
