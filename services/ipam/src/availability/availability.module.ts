import { Module } from '@nestjs/common';
import { resourceController, resourceReader } from '@weft/service-kit';
import { availabilityTable } from './availability.table';

/** How many addresses of each network and subnet are in use. */
@Module({
  controllers: [resourceController(availabilityTable.definition)],
  providers: [resourceReader(availabilityTable)],
})
export class AvailabilityModule {}
