export { nextGeneration } from '@weft/service-kit';
