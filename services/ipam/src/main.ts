import { runService } from '@weft/service-kit';
import { ipam } from './index';

void runService(ipam);
