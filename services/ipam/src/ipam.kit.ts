export { Kit, type Served } from '@weft/service-kit';
