import { FinishedWriteEntity } from './finished-write.entity';
import { OutboxEntity } from './outbox.entity';
import { QuotaLimitEntity } from './quota-limit.entity';
import { QuotaUsageEntity } from './quota-usage.entity';

export { FinishedWriteEntity, OutboxEntity, QuotaLimitEntity, QuotaUsageEntity };

/** The tables made by `kitTables`. */
export const KIT_ENTITIES = [OutboxEntity, FinishedWriteEntity] as const;
/** The tables made by `quotaTables`. */
export const QUOTA_ENTITIES = [QuotaLimitEntity, QuotaUsageEntity] as const;
