export { timestamp } from '@weft/service-kit';
