import { Module } from '@nestjs/common';
import { qosPolicies, qosRuleTypes } from '@weft/contracts';
import { resourceController, resourceReader } from '@weft/service-kit';
import { QosPolicyReferences } from './qos-policy.references';
import { QosPolicyService } from './qos-policy.service';
import { QOS_RULE_TYPES } from './qos-rule-type';
import { qosRuleService } from './qos-rule.service';
import { QosShareable } from './qos.shareable';
import { qosPolicyTable, qosRuleTable, qosRuleTypeTable } from './qos.tables';

/** A resource per type of rule. */
const rules = QOS_RULE_TYPES.map((type) => {
  const table = qosRuleTable(type);
  const service = qosRuleService(type, table.definition);
  return { service, reader: resourceReader(table), controller: resourceController(table.definition, service) };
});

/** QoS policies and their rules. */
@Module({
  controllers: [
    resourceController(qosPolicies, QosPolicyService),
    resourceController(qosRuleTypes),
    ...rules.map(({ controller }) => controller),
  ],
  providers: [
    resourceReader(qosPolicyTable),
    resourceReader(qosRuleTypeTable),
    ...rules.flatMap(({ service, reader }) => [service, reader]),
    QosPolicyService,
    QosPolicyReferences,
    QosShareable,
  ],
  exports: [QosPolicyReferences, QosShareable],
})
export class QosModule {}
