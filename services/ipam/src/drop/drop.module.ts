import { Module } from '@nestjs/common';
import { DropController } from './drop.controller';
import { DropService } from './drop.service';

/** What nodes report of packets that did not pass. */
@Module({ controllers: [DropController], providers: [DropService] })
export class DropModule {}
