export { requireRevision } from '@weft/service-kit';
