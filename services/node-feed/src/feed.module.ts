import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { FactBucket, Messaging } from '@weft/messaging';
import { HealthService, Lifecycle } from '@weft/service-kit';
import { FeedService } from './feed.service';

@Module({})
export class FeedModule implements OnApplicationBootstrap {
  constructor(
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(FactBucket) private readonly bucket: FactBucket,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(HealthService) private readonly health: HealthService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const feed = new FeedService(`node-feed-${process.pid}`, this.bucket, this.messaging);
    this.health.register('facts', () => ({
      ok: feed.loaded,
      text: feed.loaded ? feed.summary : 'facts are being loaded',
    }));
    await feed.start();
    this.lifecycle.onStop('feed', () => feed.stop());
  }
}
