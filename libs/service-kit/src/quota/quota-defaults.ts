import { QUOTAS, type QuotaLimits } from '@weft/contracts';
import { settings } from '../runtime/settings';

/**
 * The limits of projects of which nothing was said, of what a service owns: those of the definitions, unless the operator sets
 * `WEFT_QUOTA_<NAME>`, e.g. `WEFT_QUOTA_NETWORK`.
 *
 * @throws Error naming the variable whose value is no limit
 */
export const quotaDefaults = (service: string): QuotaLimits =>
  Object.fromEntries(
    QUOTAS.filter((quota) => quota.service === service).map((quota) => {
      const variable = `WEFT_QUOTA_${quota.name.toUpperCase()}`;
      const limit = settings.integer(variable, quota.default);
      if (limit < -1) throw new Error(`${variable} must be -1 (any number) or more, not '${limit}'`);
      return [quota.name, limit];
    }),
  );
