import { Module } from '@nestjs/common';
import { networkSegmentRanges, segments } from '@weft/contracts';
import { resourceController, resourceReader } from '@weft/service-kit';
import { DefaultRangesService } from './default-ranges.service';
import { SegmentAllocator } from './segment-allocator';
import { SegmentRangeService } from './segment-range.service';
import { segmentRangeTable } from './segment-range.table';
import { SegmentService } from './segment.service';
import { segmentTable } from './segment.table';

/** The segments of networks, and the ranges that their ids are allocated from. */
@Module({
  controllers: [
    resourceController(segments, SegmentService),
    resourceController(networkSegmentRanges, SegmentRangeService),
  ],
  providers: [
    resourceReader(segmentTable),
    resourceReader(segmentRangeTable),
    SegmentAllocator,
    SegmentService,
    SegmentRangeService,
    DefaultRangesService,
  ],
  exports: [SegmentAllocator],
})
export class SegmentModule {}
