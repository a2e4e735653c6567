import type { ExtensionDefinition } from '../../definition';
import { extension } from './extension';

/** What ports may send and get. */
export const SECURITY: readonly ExtensionDefinition[] = [
  extension('port-security', 'Port Security', '2012-07-23T10:00:00-00:00', 'Filtering of a port, switched off and on.'),
  extension(
    'port-security-groups-filtering',
    'Port filtering on security groups',
    '2018-01-09T09:00:00-00:00',
    'Ports listed by their security groups.',
  ),
  extension(
    'allowed-address-pairs',
    'Allowed Address Pairs',
    '2013-07-23T10:00:00-00:00',
    'Further addresses that a port may send from.',
  ),
  extension('security-group', 'security-group', '2012-10-05T10:00:00-00:00', 'What may talk to a port.'),
  extension(
    'stateful-security-group',
    'Stateful security group',
    '2019-11-26T09:00:00-00:00',
    'Groups that let replies pass, and groups that do not.',
  ),
  extension(
    'rbac-security-groups',
    'Add security_group type to network RBAC',
    '2019-02-14T00:00:00-00:00',
    'Security groups shared with certain projects.',
  ),
  extension(
    'security-groups-shared-filtering',
    'Security group filtering on the shared field',
    '2021-10-05T09:00:00-00:00',
    'Security groups by whether they are shared with the caller.',
  ),
  extension(
    'security-groups-normalized-cidr',
    'Normalized CIDR field for security group rules',
    '2020-07-28T10:00:00-00:00',
    'The prefix of a rule without host bits.',
  ),
  extension(
    'security-groups-remote-address-group',
    'Remote address group id field for security group rules',
    '2020-08-25T10:00:00-00:00',
    'Rules for what an address group holds.',
  ),
  extension(
    'security-groups-rules-belongs-to-default-sg',
    "Security group rule belongs to the project's default security group",
    '2023-05-23T10:00:00-00:00',
    'Tells whether a rule is of a default group.',
  ),
  extension(
    'security-groups-default-rules',
    'Default rules for security groups',
    '2022-12-19T10:00:00-00:00',
    'The rules that new security groups begin with.',
  ),
  extension('address-group', 'Address group', '2020-07-15T10:00:00-00:00', 'Prefixes under one name, for rules.'),
  extension(
    'rbac-address-group',
    'Add address_group type to RBAC',
    '2021-01-20T00:00:00-00:00',
    'Address groups shared with certain projects.',
  ),
];
