import { runService } from '@weft/service-kit';
import { fwaas } from './index';

void runService(fwaas);
