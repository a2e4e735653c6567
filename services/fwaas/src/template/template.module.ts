import { Module } from '@nestjs/common';
import { defaultSecurityGroupRules } from '@weft/contracts';
import { resourceController, resourceReader } from '@weft/service-kit';
import { RuleModule } from '../rule/rule.module';
import { TemplateService } from './template.service';
import { templateTable } from './template.table';

/** The rules that new security groups begin with. */
@Module({
  imports: [RuleModule],
  controllers: [resourceController(defaultSecurityGroupRules, TemplateService)],
  providers: [resourceReader(templateTable), TemplateService],
})
export class TemplateModule {}
