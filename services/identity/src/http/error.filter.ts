import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { ApiError } from '@weft/contracts';
import { logger } from '@weft/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IdentitySettings } from '../identity.settings';

const log = logger('http');

/** Every failure in Identity's form; what is no failure of the client is logged and not told. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly settings: IdentitySettings) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const { status, message } = told(error);
    if (status >= 500) {
      const { method, url } = http.getRequest<FastifyRequest>();
      log.error({ err: error, method, path: url.split('?', 1)[0] }, 'request failed');
    }
    if (status === 401) reply.header('www-authenticate', `Keystone uri="${this.settings.publicUrl}"`);
    const title = error instanceof ApiError ? error.type : (STATUS_CODES[status] ?? 'Error');
    void reply.code(status).send({ error: { code: status, title, message } });
  }
}

function told(error: unknown): { status: number; message: string } {
  if (error instanceof ApiError) return { status: error.status, message: error.message };
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number }).statusCode;
  if (status === 404) return { status, message: 'The resource could not be found.' };
  if (status !== undefined && status >= 400 && status < 500) return { status, message: (error as Error).message };
  return { status: 500, message: 'An unexpected error prevented the server from fulfilling your request.' };
}
