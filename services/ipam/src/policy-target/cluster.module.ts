import { Module } from '@nestjs/common';
import { PortStoreModule } from '../port/port-store.module';
import { Clusters } from './clusters';

/** Which ports stand in for each other, for every feature that changes one of them. */
@Module({ imports: [PortStoreModule], providers: [Clusters], exports: [Clusters] })
export class ClusterModule {}
