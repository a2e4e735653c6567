import { runService } from '@weft/service-kit';
import { nodeFeed } from './index';

void runService(nodeFeed);
