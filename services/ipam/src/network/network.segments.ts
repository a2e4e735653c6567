import { ApiError, invalidInput, type Json } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import type { SegmentAllocator } from '../segment/segment-allocator';
import type { Segment } from '../segment/segment-type';

const PROVIDER = ['provider:network_type', 'provider:physical_network', 'provider:segmentation_id'] as const;
type Provider = Readonly<Partial<Record<(typeof PROVIDER)[number], Json>>>;

/** The segments that a network's creator asks for, one by the plain attributes or several; null: he names none. @throws ApiError */
export function requestedSegments(item: Record<string, Json>): Provider[] | null {
  const plain = PROVIDER.some((name) => item[name] !== undefined && item[name] !== null);
  const several = item.segments as Provider[] | null | undefined;
  if (!several) return plain ? [item] : null;
  if (plain)
    throw new ApiError(
      'SegmentsSetInConjunctionWithProviders',
      400,
      'Segments and provider values cannot both be set.',
    );
  const texts = several.map((segment) => JSON.stringify(PROVIDER.map((name) => segment[name] ?? null)));
  // What is left open (no id) may stand there twice: each gets its own.
  const named = texts.filter(
    (_, i) => several[i]!['provider:segmentation_id'] != null || several[i]!['provider:physical_network'] != null,
  );
  if (new Set(named).size < named.length)
    throw new ApiError('SegmentsContainDuplicateEntry', 400, 'Duplicate segment entry in request.');
  return several;
}

/** Takes what was asked for. @throws ApiError */
export function allocateNamed(tx: Tx, allocator: SegmentAllocator, named: Provider, project: string): Promise<Segment> {
  const type = named['provider:network_type'];
  // Naming where without naming what is a mistake, not a wish for a default.
  if (typeof type !== 'string') throw invalidInput('network_type required');
  const id = named['provider:segmentation_id'] ?? null;
  const physicalNetwork = (named['provider:physical_network'] ?? null) as string | null;
  return allocator.allocate(tx, type, { physicalNetwork, segmentationId: id === null ? null : Number(id) }, project);
}

/** The changed provider attributes on top of what the segment is; null: nothing changes. */
export function changedProvider(segment: Segment, changes: Record<string, Json>): Provider | null {
  const now: Provider = {
    'provider:network_type': segment.networkType,
    'provider:physical_network': segment.physicalNetwork,
    'provider:segmentation_id': segment.segmentationId,
  };
  const named = PROVIDER.filter((name) => name in changes);
  if (named.every((name) => (changes[name] ?? null) === now[name])) return null;
  // Another type has nothing in common with this one but what is named with it.
  const base =
    'provider:network_type' in changes && changes['provider:network_type'] !== segment.networkType ? {} : now;
  return { ...base, ...Object.fromEntries(named.map((name) => [name, changes[name]!])) };
}
