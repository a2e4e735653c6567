import { randomUUID } from 'node:crypto';
import { isUniqueViolation, type Database } from '@weft/persistence';
import type { EntityTarget, FindOptionsOrder, FindOptionsWhere, DeepPartial } from 'typeorm';
import { conflict, notFound } from './identity-error';

/** Ids are 32 hexadecimal digits, as clients expect them. */
export const newId = (): string => randomUUID().replaceAll('-', '');

interface Row {
  readonly id: string;
  readonly name: string;
}

/** Rows of one kind by id, and the failures that all kinds share. */
export class EntityStore<E extends Row> {
  constructor(
    private readonly database: Database,
    private readonly entity: EntityTarget<E>,
    /** Word in messages: `project`. */
    private readonly kind: string,
  ) {}

  /** @throws Not Found */
  async get(id: string): Promise<E> {
    const row = await this.find(id);
    if (!row) throw notFound(this.kind, id);
    return row;
  }

  find(id: string): Promise<E | null> {
    return this.database.transaction((tx) => tx.manager.findOneBy(this.entity, { id } as FindOptionsWhere<E>));
  }

  findOne(where: FindOptionsWhere<E>): Promise<E | null> {
    return this.database.transaction((tx) => tx.manager.findOneBy(this.entity, where));
  }

  list(where: FindOptionsWhere<E>): Promise<E[]> {
    const order = { name: 'ASC', id: 'ASC' } as FindOptionsOrder<E>;
    return this.database.transaction((tx) => tx.manager.find(this.entity, { where, order }));
  }

  /** @throws Conflict when the name is taken */
  insert(row: Partial<E>): Promise<E> {
    return this.refusingDuplicates(row.name, async () => {
      const id = newId();
      await this.database.transaction((tx) => tx.manager.insert(this.entity, { id, ...row } as never));
      return this.get(id);
    });
  }

  /** @throws Not Found, Conflict */
  async change(id: string, changes: DeepPartial<E>): Promise<E> {
    if (Object.keys(changes).length > 0) {
      await this.refusingDuplicates((changes as Partial<Row>).name, () =>
        this.database.transaction((tx) =>
          tx.manager.update(this.entity, { id } as FindOptionsWhere<E>, changes as never),
        ),
      );
    }
    return this.get(id);
  }

  /** @throws Not Found */
  async delete(id: string): Promise<void> {
    const { affected } = await this.database.transaction((tx) =>
      tx.manager.delete(this.entity, { id } as FindOptionsWhere<E>),
    );
    if (affected === 0) throw notFound(this.kind, id);
  }

  private async refusingDuplicates<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isUniqueViolation(error)) throw conflict(this.kind, `Duplicate entry found with name ${name ?? ''}`);
      throw error;
    }
  }
}
