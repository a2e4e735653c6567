import { migrateFromNothing, migrationNames } from '@weft/testing';
import { fwaas } from '../src';

it('migrates an empty database once, however many replicas start together, and a migrated one not again', async () => {
  expect(await migrateFromNothing(fwaas.database!)).toEqual(migrationNames(fwaas.database!));
});
