import { schemaDifferences, tablesWithoutEntity } from '@weft/testing';
import { ipam } from '../src';

it('describes every table by an entity', async () => {
  expect(await tablesWithoutEntity(ipam.database!)).toEqual([]);
});

it('has entities that agree with the migrations', async () => {
  expect(await schemaDifferences(ipam.database!)).toEqual([]);
});
