import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '@weft/persistence';

interface SigningKey {
  readonly id: number;
  readonly secret: Buffer;
}

/** Keys of tokens: in the database, so that every replica knows each other's. The newest signs, all verify. */
@Injectable()
export class SigningKeys implements OnModuleInit {
  private keys = new Map<number, Buffer>();
  private newest!: SigningKey;

  constructor(private readonly database: Database) {}

  async onModuleInit(): Promise<void> {
    // Of replicas that start together one wins; all read back what it wrote.
    await this.database.query('INSERT INTO signing_key (id, secret) VALUES (1, $1) ON CONFLICT DO NOTHING', [
      randomBytes(32),
    ]);
    const keys = await this.database.query<{ id: number; secret: Buffer }>(
      'SELECT id, secret FROM signing_key ORDER BY id',
    );
    this.keys = new Map(keys.map(({ id, secret }) => [id, secret]));
    this.newest = keys.at(-1)!;
  }

  get current(): SigningKey {
    return this.newest;
  }

  readonly find = (id: number): Buffer | null => this.keys.get(id) ?? null;
}
