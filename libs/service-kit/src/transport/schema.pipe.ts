import type { PipeTransform } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import Ajv, { type ValidateFunction } from 'ajv';
import type { MessageSchema } from '@weft/contracts';
import { InvalidMessage } from './invalid-message';
import { JSON_FORMATS } from './json-formats';

const ajv = new Ajv({ allowUnionTypes: true });
for (const [name, accepts] of Object.entries(JSON_FORMATS)) ajv.addFormat(name, accepts);

/** Passes payloads of the schema on. @throws {@link InvalidMessage} that names the first problem of any other */
export class SchemaPipe<T> implements PipeTransform<unknown, T> {
  private readonly accepts: ValidateFunction<T>;

  constructor({ schema }: MessageSchema<T>) {
    this.accepts = ajv.compile<T>(schema);
  }

  transform(payload: unknown): T {
    if (this.accepts(payload)) return payload;
    const [error] = this.accepts.errors!;
    throw new InvalidMessage(`${error!.instancePath || 'it'} ${error!.message}`);
  }
}

/** The payload, of this schema: `handle(@ValidPayload(reportBatchSchema) batch: ReportBatch)`. */
export const ValidPayload = <T>(schema: MessageSchema<T>): ParameterDecorator => Payload(new SchemaPipe(schema));
