import { schemaDifferences, tablesWithoutEntity } from '@weft/testing';
import { fwaas } from '../src';

it('describes every table by an entity', async () => {
  expect(await tablesWithoutEntity(fwaas.database!)).toEqual([]);
});

it('has entities that agree with the migrations', async () => {
  expect(await schemaDifferences(fwaas.database!)).toEqual([]);
});
