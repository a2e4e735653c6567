import { migrateFromNothing, migrationNames } from '@weft/testing';
import { ipam } from '../src';

it('migrates an empty database once, however many replicas start together, and a migrated one not again', async () => {
  expect(await migrateFromNothing(ipam.database!)).toEqual(migrationNames(ipam.database!));
});
