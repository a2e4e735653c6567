import type { FilterGroup, PortPolicy } from '@weft/net';
import type { Failure } from '@weft/reconcile';
import { Backoff, DeltaTracker, OwnedSet } from '@weft/reconcile';
import type { DriverContext } from '../driver/context';
import type { Drift } from '../driver/drift';
import { type Driver, IN_SYNC, type ObjectState, refusedOr } from '../driver/driver';
import { setSysctl } from '../namespace/sysctl';
import { NETLINK_NETFILTER, NFNLGRP_NFTABLES } from '../netlink/constants';
import type { NetlinkMessage } from '../netlink/message';
import { NetlinkSocket } from '../netlink/socket';
import { elementKey, networkElements } from './filter.elements';
import { FilterEvidence } from './filter.evidence';
import type { FilterElement } from './filter.elements';
import { FilterFacts } from './filter.facts';
import type { FilterCounts } from './filter.counts';
import { forgetDrops, readCounts } from './filter.counts';
import { FilterGeneration } from './filter.generation';
import { GroupMembers, prefixElements } from './filter.members';
import { byKey, memberSets, objectsOf, setObjects } from './filter.objects';
import type { PolicyChain } from './filter.policy';
import { aliasOf, groupChain, isIntervalSet, isRemoteSet, policyChains, remoteSet, verdicts } from './filter.policy';
import { readFilter } from './filter.reader';
import { BRIDGE_SYSCTLS, FILTER_TABLE, REMOVAL } from './filter.skeleton';
import type { FilterObject } from './filter.transaction';
import * as text from './filter.transaction';
import { anew, SKELETON_KEY, textOf, type Unit } from './filter.units';
import { type FilterOptions, type FilterSpec, type NetworkFilter, specKey } from './filter.types';
import { Zones } from './filter.zones';
import { Nftables } from './nftables';

/**
 * What may pass between devices in bridges of ours: two tables, their chains by group and their elements by network. What differs is
 * written in one transaction. Of which version the rules of a chain are, the name of an empty chain beside it says, so that names
 * alone tell a restart what is there.
 */
export class FilterDriver implements Driver<FilterSpec> {
  readonly kind = 'filter';
  readonly notifications = { family: NETLINK_NETFILTER, groups: [NFNLGRP_NFTABLES] };
  readonly failures: Backoff;
  private readonly nft = new Nftables();
  private readonly socket = new NetlinkSocket(NETLINK_NETFILTER);
  private readonly generation = new FilterGeneration(this.socket);
  private readonly zones: Zones;
  readonly facts = new FilterFacts();
  private readonly dirtyNetworks = new Set<string>();
  private readonly evidence = new FilterEvidence();
  /** Group → chains of its rules, in the version that is desired. */
  private readonly groupChains = new Map<string, readonly PolicyChain[]>();
  private readonly objects = new DeltaTracker<FilterObject>(() => true);
  private readonly ownedObjects = new OwnedSet(this.objects);
  private readonly elements = new DeltaTracker<FilterElement>((a, b) => a.value === b.value);
  private readonly ownedElements = new OwnedSet(this.elements);
  /** The tables are there, of our version, and nobody else has touched them. */
  private standing = false;
  private dirty = true;
  private suspect = false;
  /** Owner → what it desires, by key. */
  private readonly specs = new Map<string, ReadonlyMap<string, FilterSpec>>();
  /** Transactions, ever. */
  writes = 0;

  constructor(
    private readonly context: DriverContext,
    private readonly options: FilterOptions,
  ) {
    this.failures = new Backoff(context.clock);
    this.zones = new Zones(options.flushZone);
  }

  /** One more member is one object of one owner: constant work, whatever the size of its group. */
  setDesired(owner: string, objects: readonly FilterSpec[]): void {
    const specs = new Map(objects.map((spec) => [specKey(spec), spec]));
    for (const [key, spec] of this.specs.get(owner) ?? []) if (!specs.has(key)) this.set(owner, spec, false);
    for (const spec of specs.values()) this.set(owner, spec, true);
    if (specs.size > 0) this.specs.set(owner, specs);
    else this.specs.delete(owner);
  }

  private set(owner: string, spec: FilterSpec, desired: boolean): void {
    switch (spec.kind) {
      case 'network':
        return this.setNetwork(owner, desired ? spec.filter : null);
      case 'group':
        return this.setGroup(spec.group.id, desired ? spec.group : null);
      case 'member':
        return this.setMember(spec.group, spec.port, desired ? spec.addresses : null);
      case 'address-group':
        return this.setAddressGroup(spec.id, desired ? spec.cidrs : null);
    }
  }

  /** @param network whose ports they are; @param filter null: the network is not on this node */
  setNetwork(network: string, filter: NetworkFilter | null): void {
    this.facts.setNetwork(network, filter);
    this.dirtyNetworks.add(network);
  }

  /** @param group null: it is not known (any more); ports that have it are closed. */
  setGroup(id: string, group: FilterGroup | null): void {
    const before = this.facts.groups.get(id);
    this.facts.setGroup(id, group);
    const chains = group ? [groupChain(group, 'egress'), groupChain(group, 'ingress')] : [];
    if (group) this.groupChains.set(id, chains);
    else this.groupChains.delete(id);
    this.ownedObjects.setDesired(`group ${id}`, objectsOf(chains));
    for (const network of this.facts.networksOf(id)) this.context.touched(network);
    if (before?.stateful === group?.stateful && !before === !group) return;
    for (const network of this.facts.networksOf(id)) this.dirtyNetworks.add(network);
  }

  /** One member of a security group: constant work, whatever the size of the group. */
  setMember(group: string, port: string, addresses: readonly string[] | null): void {
    const { members: all } = this.facts;
    const members = all.get(group) ?? new GroupMembers(group);
    const was = members.size;
    const { added, removed } = members.set(port, addresses);
    if (members.size === 0) all.delete(group);
    else all.set(group, members);
    if (removed.length > 0) this.facts.concernReferrers(group);
    if (was === 0 || members.size === 0)
      this.ownedObjects.setDesired(`members ${group}`, memberSets(group, members.size > 0));
    for (const element of added) this.elements.setDesired(elementKey(element), element);
    for (const element of removed) this.elements.deleteDesired(elementKey(element));
  }

  setAddressGroup(id: string, cidrs: readonly string[] | null): void {
    this.facts.setAddressGroup(id, cidrs);
    const elements = prefixElements(cidrs ?? [], (version) => remoteSet.addresses(id, version));
    const owner = `addresses ${id}`;
    this.ownedObjects.setDesired(owner, cidrs ? setObjects(['addresses'], id) : new Map());
    this.ownedElements.setDesired(owner, byKey(elements));
  }

  markDirty(): void {
    this.dirty = true;
  }

  /** A notification of nftables: whether somebody else has changed our tables. */
  observe(message: NetlinkMessage): boolean {
    if (!this.generation.observe(message)) return false;
    this.suspect = true;
    return true;
  }

  /** @returns the tables, if somebody has changed them: they are made anew, as nobody can tell what else was done. */
  resync(): Drift[] {
    const found = this.suspect && this.standing;
    if (this.suspect) this.forgetActual();
    else if (this.dirty && (!this.standing || this.generation.moved())) this.read();
    this.dirty = this.suspect = false;
    this.compile();
    if (!found) return [];
    return [
      {
        kind: 'filter',
        what: `table ${FILTER_TABLE}`,
        owner: null,
        key: FILTER_TABLE,
      },
    ];
  }

  /** @returns the number of commands. */
  applyUpdates(): number {
    const sysctls = this.facts.networks.size > 0 ? BRIDGE_SYSCTLS.filter(setSysctl).length : 0;
    if (this.facts.networks.size === 0 && !this.standing) return sysctls;
    const changes = this.pendingChanges();
    if (this.standing && changes.length === 0) return sysctls;
    const units = this.standing ? changes : anew(changes, () => (this.standing = true));
    return sysctls + this.commit(units.filter(({ keys }) => keys.every((key) => this.failures.ready(key))));
  }

  /** Takes away what nothing leads to any more. @returns the number of commands. */
  applyDeletes(): number {
    if (!this.standing) return 0;
    if (this.facts.networks.size === 0) {
      return this.commit([{ keys: [SKELETON_KEY], removes: REMOVAL, done: () => this.forgetActual() }]);
    }
    const elements = [...this.elements.pendingDeletes()];
    const objects = [...this.objects.pendingDeletes()].map(({ actual }) => actual);
    if (elements.length + objects.length === 0 || !this.failures.ready('removal')) return 0;
    const names = (kind: FilterObject['kind']) =>
      objects.filter((object) => object.kind === kind).map(({ name }) => name);
    const chains = names('chain').flatMap((name) => [name, aliasOf(name) ?? []].flat());
    const removal = [
      text.deleteElements(elements.map(({ actual }) => actual)),
      ...chains.map(text.flushChain),
      ...chains.map(text.deleteChain),
      ...names('set').map(text.deleteSet),
      ...names('counter').map(text.deleteCounter),
    ].join('');
    const done = () => {
      for (const { key } of elements) this.elements.deleteActual(key);
      for (const object of objects) this.objects.deleteActual(text.objectKey(object));
      for (const bridge of this.unusedBridges()) this.zones.release(bridge);
    };
    return this.commit([{ keys: ['removal'], removes: removal, done }]);
  }

  /** What was allowed and is not any more must not go on: after all that is written, or it would come to be again. */
  finish(): void {
    this.options.recheckFlows?.(this.facts.takeRechecks());
  }

  /** Of a port's device, or of the tables themselves. */
  stateOf(key: string): ObjectState {
    if (key === FILTER_TABLE) return this.healthy ? IN_SYNC : { state: 'pending' };
    const unknown = this.unknownGroups(key);
    if (unknown.length > 0) return { state: 'pending', reason: 'group-unknown', detail: unknown.join(', ') };
    return this.inSync(key) ? IN_SYNC : refusedOr(this.failureOf(key), `the filter of ${key}`);
  }

  nextRetryAt(): number | null {
    return this.failures.nextRetryAt();
  }

  /** The device's packets are judged as it is desired: it may join its bridge. */
  admits(device: string): boolean {
    const evidence = this.evidence.get(device);
    return this.standing && evidence !== undefined && evidence.elements.every((key) => this.elements.inSync(key));
  }

  /** All that the port's packets are judged by is in force. */
  inSync(device: string): boolean {
    return this.admits(device) && this.judgingChains(device).every((key) => this.objects.inSync(key));
  }

  /** Groups of the port whose rules are not known here: nothing passes. */
  unknownGroups(device: string): readonly string[] {
    return (this.evidence.get(device)?.groups ?? []).filter((id) => !this.facts.groups.has(id));
  }

  /** Why something of the port is not in force. */
  failureOf(device: string): Failure | undefined {
    const elements = this.evidence.get(device)?.elements ?? [];
    return [SKELETON_KEY, 'objects', 'elements', ...elements, ...this.judgingChains(device)]
      .map((key) => this.failures.get(key))
      .find((failure) => failure !== undefined);
  }

  /** Null: the tables are not there. */
  counts(): FilterCounts | null {
    if (!this.standing) return null;
    const counts = readCounts(this.socket);
    const left = counts.drops.filter(({ device }) => !this.evidence.has(device));
    if (left.length > 0) this.generation.ours(() => this.nft.run(forgetDrops(left)));
    return counts;
  }

  get healthy(): boolean {
    return this.standing && !this.suspect;
  }

  get pending(): number {
    return this.objects.pending + this.elements.pending;
  }

  /** The zone of a network, once it is here. */
  zone(network: string): number | undefined {
    const bridge = this.facts.networks.get(network)?.bridge;
    return bridge === undefined ? undefined : this.zones.get(bridge);
  }

  close(): void {
    this.socket.close();
    this.nft.close();
  }

  /** Keys of all chains that a port's packets are judged by. */
  private judgingChains(device: string): string[] {
    const { groups = [], chains = [] } = this.evidence.get(device) ?? {};
    if (chains.length === 0) return [];
    const all = [...groups.flatMap((id) => this.groupChains.get(id) ?? []), ...chains];
    return all.map(({ name }) => `chain ${name}`);
  }

  private read(): void {
    const state = readFilter(this.nft);
    this.standing = state !== null;
    if (!state) return this.forgetActual();
    this.zones.adopt(state.elements);
    const named = (kind: FilterObject['kind'], names: readonly string[]) =>
      names.map((name) => [`${kind} ${name}`, { kind, name } as FilterObject] as const);
    this.objects.replaceActual([
      ...named('chain', state.chains),
      ...named('counter', state.counters),
      ...named('set', state.sets.filter(isRemoteSet)),
    ]);
    this.elements.replaceActual(state.elements.map((element) => [elementKey(element), element]));
    this.generation.know();
  }

  private forgetActual(): void {
    this.standing = false;
    this.objects.replaceActual([]);
    this.elements.replaceActual([]);
  }

  /** Networks that have changed, or whose groups have come or gone, as elements and chains. */
  private compile(): void {
    for (const id of this.dirtyNetworks) {
      const network = this.facts.networks.get(id);
      const chains = new Map<string, readonly PolicyChain[]>();
      const chainsOf = (policy: PortPolicy): readonly PolicyChain[] => {
        const key = policy.groups.join();
        const known = chains.get(key) ?? policyChains(this.facts.knownGroups(policy));
        chains.set(key, known);
        return known;
      };
      const elements = network
        ? networkElements(network, this.zones.of(network.bridge), (policy) => verdicts(chainsOf(policy)))
        : [];
      this.ownedElements.setDesired(`network ${id}`, byKey(elements));
      this.ownedObjects.setDesired(`network ${id}`, objectsOf([...chains.values()].flat()));
      this.evidence.set(id, network?.ports ?? [], elements, chainsOf);
    }
    this.dirtyNetworks.clear();
  }

  private pendingChanges(): Unit[] {
    const objects = [...this.objects.pendingUpdates()].map(({ desired }) => desired);
    const chains = objects.filter((object) => object.kind === 'chain');
    const simple = objects.filter((object) => object.kind !== 'chain');
    const units: Unit[] = [];
    if (objects.length > 0)
      units.push({ keys: ['objects'], declares: [text.declare(objects)], done: () => this.made(simple) });
    for (const chain of chains) {
      const versions = this.otherVersions(chain);
      const done = () => {
        for (const name of versions) this.objects.deleteActual(`chain ${name}`);
        this.made([chain]);
      };
      const [removes, declares] = [text.empty(chain, versions), [text.fill(chain)]];
      units.push({ keys: [text.objectKey(chain)], removes, declares, done });
    }
    const elements = this.elementChanges();
    return elements ? [...units, elements] : units;
  }

  private elementChanges(): Unit | null {
    const updates = [...this.elements.pendingUpdates()];
    // Prefixes must not overlap for a moment: what goes from such a set goes before what comes.
    const inTheWay = [...this.elements.pendingDeletes()].filter(({ actual }) => isIntervalSet(actual.set));
    if (updates.length + inTheWay.length === 0) return null;
    const replaced = updates.flatMap(({ actual }) => actual ?? []);
    const removed = [...replaced, ...inTheWay.map(({ actual }) => actual)];
    return {
      keys: ['elements'],
      removes: text.deleteElements(removed),
      adds: text.addElements(updates.map(({ desired }) => desired)),
      done: () => {
        for (const { key } of inTheWay) this.elements.deleteActual(key);
        for (const { key, desired } of updates) this.elements.setActual(key, desired);
      },
    };
  }

  private made(objects: readonly FilterObject[]): void {
    for (const object of objects) this.objects.setActual(text.objectKey(object), object);
  }

  /** Versions of the same chain that are there. */
  private otherVersions({ name, alias }: PolicyChain): string[] {
    if (alias === undefined) return [];
    return [...this.objects.pendingDeletes()].flatMap(({ actual }) =>
      actual.kind === 'chain' && actual.name !== name && actual.name.startsWith(`${alias}.`) ? actual.name : [],
    );
  }

  private unusedBridges(): string[] {
    const used = new Set([...this.facts.networks.values()].map(({ bridge }) => bridge));
    return [...this.zones.bridges()].filter((bridge) => !used.has(bridge));
  }

  /** All in one transaction; if it is refused, each unit by itself, so that one that is bad delays no other. */
  private commit(units: readonly Unit[]): number {
    if (units.length === 0) return 0;
    if (this.attempt(units) || units.length === 1) return 1;
    for (const unit of units) this.attempt([unit]);
    return units.length + 1;
  }

  private attempt(units: readonly Unit[]): boolean {
    this.writes++;
    const keys = units.flatMap((unit) => unit.keys);
    try {
      this.generation.ours(() => this.nft.run(textOf(units)));
    } catch (error) {
      if (units.length === 1) for (const key of keys) this.failures.failed(key, error as Error);
      return false;
    }
    for (const key of keys) this.failures.forget(key);
    for (const { done } of units) done();
    return true;
  }
}
