import type { ExtensionDefinition } from '../../definition';
import { extension } from './extension';

/** What holds for all resources. */
export const COMMON: readonly ExtensionDefinition[] = [
  extension(
    'quotas',
    'Quota management support',
    '2012-07-29T10:00:00-00:00',
    'Expose functions for quotas management per project',
  ),
  extension(
    'quota_details',
    'Quota details management support',
    '2017-02-10T10:00:00-00:00',
    'Expose functions for quotas usage statistics per project',
  ),
  extension(
    'quota-check-limit',
    'Quota engine limit check',
    '2021-09-08T16:00:00-00:00',
    'Support for checking the resource usage before applying a new quota limit',
  ),
  extension(
    'quota-check-limit-default',
    'Quota engine limit check by default',
    '2024-08-21T16:00:00-00:00',
    'By default, check the resource usage before applying a new quota limit',
  ),
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
    'Tag support for resources with standard attribute: port, subnet, subnetpool, network, network_segment_range, policy, trunk',
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
  extension(
    'rbac-policies',
    'RBAC Policies',
    '2015-06-17T12:15:12-00:00',
    'Lets owners share their objects with certain projects.',
  ),
];
