import { addressGroups, securityGroups } from '@weft/contracts';
import type { Messaging } from '@weft/messaging';
import type { Kit } from '@weft/service-kit';
import { AddressGroupRepository } from './address-group/address-group.repository';
import { RuleCounts } from './counts/rule-counts';
import { DefaultGroups } from './group/default-groups';
import { SecurityGroupRepository } from './group/security-group.repository';
import { Consent } from './references/consent';
import { Resolver } from './references/resolver';
import { Remotes } from './rule/remotes';
import { AccessGrants } from './sharing/access-grants';

/** What the service is made of, each part once. */
export function makeParts(kit: Kit, messaging: Messaging) {
  const { database } = kit;
  const groups = new SecurityGroupRepository();
  const addresses = new AddressGroupRepository();
  const defaults = new DefaultGroups(database, groups);
  return {
    ...{ groups, addresses, defaults },
    remotes: new Remotes(kit.guard(securityGroups), groups, kit.guard(addressGroups), addresses),
    groupConsent: new Consent(database, messaging, groups),
    addressConsent: new Consent(database, messaging, addresses),
    resolver: new Resolver(database, { security_group: groups, address_group: addresses }, defaults),
    grants: new AccessGrants(database),
    counts: new RuleCounts(database),
  };
}

export type Parts = ReturnType<typeof makeParts>;
