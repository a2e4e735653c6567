import { Injectable, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { DEFAULT_RULES, Policy } from '@weft/policy';
import { HealthService } from '../runtime/health.service';
import { settings } from '../runtime/settings';
import { PolicyWatch } from './policy-watch';

/** The operator's policy file, watched as long as the process runs. */
@Injectable()
export class PolicyFile implements OnApplicationShutdown {
  private watch: PolicyWatch | undefined;

  constructor(private readonly health: HealthService) {}

  async apply(policy: Policy, path: string): Promise<void> {
    const watch = new PolicyWatch(policy, path);
    await watch.start();
    this.health.register('policy', () => watch.health());
    this.watch = watch;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.watch?.stop();
  }
}

/** The default rules; for services that own resources with the operator's over them. */
export const policyProviders = (ownsResources: boolean): readonly Provider[] => [
  PolicyFile,
  {
    provide: Policy,
    inject: [PolicyFile],
    useFactory: async (file: PolicyFile) => {
      const policy = new Policy(DEFAULT_RULES);
      const path = settings.optional('WEFT_POLICY_FILE');
      if (path !== undefined && ownsResources) await file.apply(policy, path);
      return policy;
    },
  },
];
