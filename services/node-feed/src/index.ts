import type { ServiceOptions } from '@weft/service-kit';
import { FeedModule } from './feed.module';

export const nodeFeed: ServiceOptions = { name: 'node-feed', version: '0.1.0', module: FeedModule, facts: 'reads' };
