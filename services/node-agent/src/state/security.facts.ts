import type { AddressGroupFact, FactKey, FactValue, GroupMemberFact, SecurityGroupFact } from '@weft/contracts';

/** What has changed of security since it was last asked, by id; a null value: it is not known any more. */
export interface SecurityChanges {
  readonly groups: ReadonlyMap<string, SecurityGroupFact | null>;
  readonly addressGroups: ReadonlyMap<string, AddressGroupFact | null>;
  /** One entry for each member, whatever the size of its group. */
  readonly members: readonly { readonly group: string; readonly port: string; readonly fact: GroupMemberFact | null }[];
}

/** Notes changes of groups, their members and address groups: each costs the same, whatever there is. */
export class SecurityFacts {
  private groups = new Map<string, SecurityGroupFact | null>();
  private addressGroups = new Map<string, AddressGroupFact | null>();
  private members = new Map<string, SecurityChanges['members'][number]>();

  /** @returns whether the fact is of security. */
  note(key: FactKey, value: FactValue | null): boolean {
    switch (key.kind) {
      case 'security-group':
        this.groups.set(key.group, value as SecurityGroupFact | null);
        return true;
      case 'address-group':
        this.addressGroups.set(key.group, value as AddressGroupFact | null);
        return true;
      case 'group-member': {
        const { group, port } = key;
        this.members.set(`${group} ${port}`, { group, port, fact: value as GroupMemberFact | null });
        return true;
      }
      default:
        return false;
    }
  }

  get changed(): boolean {
    return this.groups.size + this.addressGroups.size + this.members.size > 0;
  }

  take(): SecurityChanges {
    const { groups, addressGroups, members } = this;
    this.groups = new Map();
    this.addressGroups = new Map();
    this.members = new Map();
    return { groups, addressGroups, members: [...members.values()] };
  }
}
