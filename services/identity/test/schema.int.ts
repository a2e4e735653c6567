import { schemaDifferences, tablesWithoutEntity } from '@weft/testing';
import { identityDatabase } from '../src';

it('describes every table by an entity', async () => {
  expect(await tablesWithoutEntity(identityDatabase)).toEqual([]);
});

it('has entities that agree with the migrations', async () => {
  expect(await schemaDifferences(identityDatabase)).toEqual([]);
});
