import { Module } from '@nestjs/common';
import { RuleCountController } from './rule-count.controller';
import { RuleCountService } from './rule-count.service';

/** What nodes count of rules: the packets and bytes that each has let pass. */
@Module({ controllers: [RuleCountController], providers: [RuleCountService] })
export class RuleCountModule {}
